// Selective redrive in light and dark, wide and narrow: the wish, a plan with everything in its way, a redrive that waits and
// one that has ended, and the list of all. axe finds nothing, nothing is wider than the screen, and pictures are kept.

import type { Page } from '@playwright/test'

import { expect, test } from '../../console.ts'
import type { Sqs } from '../../sqs.ts'

const SCREENS = [
  { name: '1440', width: 1440, height: 900 },
  { name: '390', width: 390, height: 844 },
]

/** Dead letters of two queues, and one of a Lambda function, of which one is too large for where it has to go. */
async function letters(sqs: Sqs): Promise<void> {
  await sqs.createWithDlq('orders', { maxReceiveCount: 1, MaximumMessageSize: 1024 })
  await sqs.deadLetters('orders', Array.from({ length: 12 }, (_, order) => ({ order, to: 'Ghent' })))
  await sqs.setAttributes('orders', { MaximumMessageSize: 2048 })
  await sqs.deadLetters('orders', [{ order: 99, note: 'x'.repeat(1500) }])
  await sqs.setAttributes('orders', { MaximumMessageSize: 1024 })
  await sqs.send('orders-dlq', { event: 'upload' }, { attributes: { RequestID: 'r-1', ErrorCode: '200', ErrorMessage: 'timed out' } })
}

/** From the messages of the queue to its chosen ones. */
async function choose(page: Page): Promise<void> {
  await page.goto('/local/queues/orders-dlq/messages')
  await page.getByRole('button', { name: 'Look', exact: true }).click()
  await page.getByRole('button', { name: 'Redrive or act on all…' }).click()
  await expect(page.getByRole('heading', { name: 'Redrive', exact: true })).toBeVisible()
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the way of a selective redrive, ${colorScheme}`, async ({ page, sqs, a11y, picture }) => {
    test.setTimeout(120_000)
    await letters(sqs)
    await page.emulateMedia({ colorScheme })
    const look = async (name: string): Promise<void> => {
      for (const { name: screen, ...size } of SCREENS) {
        await page.setViewportSize(size)
        await picture(`${name}-${colorScheme}-${screen}`)
        await a11y()
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        expect(tooWide, `${name}, ${screen} px: the page scrolls sideways`).toBe(0)
      }
    }
    await page.goto('/local/redrives')
    await look('redrives-empty')

    await choose(page)
    await look('chosen')
    await page.getByRole('spinbutton', { name: /Canary/ }).fill('0')
    await page.getByRole('spinbutton', { name: /Canary/ }).evaluate((field: HTMLInputElement) => (field.min = '0'))
    await page.getByText('Stop rule, order, originals, lost answers').click()
    await page.getByRole('spinbutton', { name: /More than/ }).fill('10')
    await page.getByRole('button', { name: /^Plan redrive of/ }).click()
    await expect(page.getByText('Give 1 to 10 000 messages, or leave it empty.')).toBeVisible()
    await look('chosen-wrong')

    await page.getByRole('spinbutton', { name: /Canary/ }).fill('3')
    await page.getByRole('button', { name: /^Plan redrive of/ }).click()
    await expect(page.getByText('nothing was sent yet')).toBeVisible()
    await look('plan')

    await page.getByRole('button', { name: /^Redrive 1\d messages$/ }).click()
    await expect(page.getByText(/messages were sent: now it waits for you/)).toBeVisible({ timeout: 20_000 })
    await look('redrive-canary')
    await page.goto('/local')
    await look('home-redriving')
    await page.goBack()

    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(page.getByRole('heading', { name: 'Take it back' })).toBeVisible({ timeout: 90_000 })
    await look('redrive-ended')

    // Taken back, and what that means for the next time.
    await page.getByRole('button', { name: /^Take back \d+ copies from orders…$/ }).click()
    await expect(page.getByText('SQS forgets where these messages failed')).toBeVisible()
    await look('undo-plan')
    await page.getByRole('checkbox', { name: /^Receive although/ }).check()
    await page.getByRole('textbox', { name: 'Type orders to confirm' }).fill('orders')
    await page.getByRole('button', { name: /^Take back \d+ messages$/ }).click()
    await expect(page.getByText(/^ended/)).toBeVisible({ timeout: 90_000 })
    await look('undo-ended')
    await page.getByRole('link', { name: 'the redrive of orders-dlq' }).click()
    await expect(page.getByText('It was taken back from orders', { exact: true })).toBeVisible()
    await look('redrive-undone')
    await page.goto('/local/redrives')
    await look('redrives')
    await page.goto('/local/queues/orders-dlq/redrive')
    await page.getByText('The whole queue', { exact: true }).click()
    await look('redrive-whole')
    await page.getByRole('button', { name: 'Start redrive' }).click()
    await expect(page.getByText(/^Failed: InvalidParameterValue/)).toBeVisible({ timeout: 20_000 })
    await look('redrive-failed')
    await page.getByText('The whole queue', { exact: true }).click()
    await page.getByRole('button', { name: /^Plan redrive of/ }).click()
    await expect(page.getByText(/put back by the console$/)).toBeVisible()
    await look('plan-put-back')
  })

  test(`a redrive that SQS refuses a call, ${colorScheme}`, async ({ page, sqs, a11y, picture }) => {
    test.setTimeout(60_000)
    await letters(sqs)
    await page.emulateMedia({ colorScheme })
    await sqs.dials([{ operation: 'DeleteMessageBatch', action: 'access_denied' }])
    await choose(page)
    await page.getByText('Stop rule, order, originals, lost answers').click()
    await page.getByRole('checkbox', { name: 'Say where a copy comes from' }).check()
    await page.getByRole('button', { name: /^Plan redrive of/ }).click()
    await page.getByRole('button', { name: /^Redrive 1\d messages$/ }).click()
    await expect(page.getByText(/^SQS refused to delete from orders-dlq/)).toBeVisible({ timeout: 20_000 })
    const look = async (name: string): Promise<void> => {
      for (const { name: screen, ...size } of SCREENS) {
        await page.setViewportSize(size)
        await picture(`${name}-${colorScheme}-${screen}`)
        await a11y()
      }
    }
    await look('redrive-refused')
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await expect(page.getByText('cancelled', { exact: true })).toBeVisible({ timeout: 20_000 })
    await expect(page.getByText(/^Sent and not deleted/)).toBeVisible()
    await look('redrive-not-deleted')
  })
}
