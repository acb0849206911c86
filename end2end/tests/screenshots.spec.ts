// The README's pictures: `make screenshots` takes them again, on the demo data.

import { join } from 'node:path'

import type { Page } from '@playwright/test'

import { expect, test } from '../console.ts'

test.use({ demo: true, viewport: { width: 1280, height: 800 } })

interface Picture {
  name: string
  colorScheme: 'light' | 'dark'
  viewport?: { width: number; height: number }
  /** Goes to what is shown, as a person would. */
  reach: (page: Page) => Promise<unknown>
}

const PICTURES: Picture[] = [
  { name: 'home', colorScheme: 'light', reach: (page) => page.goto('/local') },
  { name: 'queue', colorScheme: 'dark', reach: (page) => page.goto('/local/queues/TradeStatus.fifo') },
  {
    name: 'message',
    colorScheme: 'light',
    reach: async (page) => {
      await page.goto('/local/queues/orders-dlq/messages')
      await page.getByRole('button', { name: 'Look' }).click()
      await page.getByRole('rowheader').getByRole('link').first().click()
      await expect(page.getByRole('heading', { name: 'Body' })).toBeVisible()
    },
  },
  {
    name: 'redrive',
    colorScheme: 'dark',
    reach: async (page) => {
      await page.goto('/local/queues/payments-dlq/redrive')
      await page.getByRole('spinbutton', { name: /Rate/ }).fill('60')
      await page.getByRole('button', { name: 'Start redrive' }).click()
      await expect(page.locator('.redrive-task [data-moved]')).toContainText(/[1-9]\d of/, { timeout: 10_000 })
    },
  },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 800 }, reach: (page) => page.goto('/local') },
]

for (const { name, colorScheme, viewport, reach } of PICTURES) {
  test(name, async ({ page }, testInfo) => {
    await page.emulateMedia({ colorScheme })
    if (viewport) await page.setViewportSize(viewport)
    await reach(page)
    // The numbers are on the page before it is sent; this is the moment the header says so.
    await expect(page.locator('.live[data-live="live"]')).toBeVisible()
    await page.screenshot({ path: join(testInfo.config.rootDir, '..', 'screenshots', `${name}.png`), animations: 'disabled' })
  })
}
