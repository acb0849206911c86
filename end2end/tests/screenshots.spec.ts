// The README's pictures: `make screenshots` takes them again, on the demo data.

import { join } from 'node:path'

import { expect, test } from '../console.ts'

test.use({ demo: true, viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 })

const PICTURES = [
  { name: 'home', path: '/local', colorScheme: 'light' },
  { name: 'queue', path: '/local/queues/TradeStatus.fifo', colorScheme: 'dark' },
] as const

for (const { name, path, colorScheme } of PICTURES) {
  test(name, async ({ page }, testInfo) => {
    await page.emulateMedia({ colorScheme })
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    // The numbers are on the page before it is sent; this is the moment the header says so.
    await expect(page.getByText(/\blive\b/i).first()).toBeVisible()
    await page.screenshot({ path: join(testInfo.config.rootDir, '..', 'screenshots', `${name}.png`), animations: 'disabled' })
  })
}
