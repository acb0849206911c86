// The numbers of a page follow SQS by themselves, and say so when they cannot.

import { test, expect } from '../../console.ts'
import type { Page } from '@playwright/test'

const open = (page: Page) => expect(page.locator('html')).toHaveAttribute('data-live', 'open', { timeout: 10_000 })
const visible = (page: Page, queue: string) => page.locator(`[data-queue="${queue}"][data-depth="visible"]`).first()

test('a queue in focus shows a change within seconds, and tints it', async ({ page, sqs }) => {
  await sqs.create('orders')
  await page.goto('/local/queues/orders')
  await open(page)
  await expect(visible(page, 'orders')).toHaveText(/0/)
  const tinted = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        new MutationObserver((changes) => resolve((changes[0]!.target as HTMLElement).dataset.queue ?? '')).observe(document.body, {
          subtree: true,
          attributeFilter: ['data-changed'],
        })
      }),
  )
  for (let order = 1; order <= 3; order += 1) await sqs.send('orders', { order })
  await expect(visible(page, 'orders')).toHaveText(/3/)
  expect(await tinted).toBe('orders')
  await expect(page.locator('[data-changed]')).toHaveCount(0)
  await expect(page.locator('.live')).toHaveAttribute('title', /calls? to SQS in the last minute.*about \$\d+\.\d\d/)
})

test('a list follows, and says that its order has changed instead of moving rows', async ({ page, sqs }) => {
  await sqs.create('first')
  await sqs.create('second')
  await sqs.send('first', 1)
  await page.goto('/local?sort=-visible')
  await open(page)
  const names = page.getByRole('table', { name: 'All queues' }).locator('[data-open]')
  await expect(names).toHaveText(['first', 'second'])
  for (let i = 0; i < 4; i += 1) await sqs.send('second', i)
  await expect(visible(page, 'second')).toHaveText(/4/, { timeout: 15_000 })
  await expect(names).toHaveText(['first', 'second'])
  await page.getByRole('link', { name: /1.change – sort again/ }).click()
  await expect(names).toHaveText(['second', 'first'])
})

test('a hidden document closes its stream and goes on when it is seen', async ({ page, sqs }) => {
  await sqs.create('orders')
  await page.goto('/local/queues/orders')
  await open(page)
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await hide(true)
  await expect(page.locator('html')).toHaveAttribute('data-live', 'paused')
  await sqs.send('orders', 1)
  await hide(false)
  await open(page)
  await expect(visible(page, 'orders')).toHaveText(/1/)
})

test('throttled, it says that it is behind, and recovers by itself', async ({ page, sqs }) => {
  await sqs.create('orders')
  await page.goto('/local/queues/orders')
  await open(page)
  await sqs.dials([{ operation: 'GetQueueAttributes', action: { answer: { code: 'ThrottlingException' } } }])
  await expect(page.locator('html')).toHaveAttribute('data-live', 'behind', { timeout: 20_000 })
  await sqs.dials([])
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open', { timeout: 20_000 })
})

test('in an outage it says so, keeps the numbers, and recovers by itself', async ({ page, sqs }) => {
  await sqs.create('orders')
  await sqs.send('orders', 1)
  await page.goto('/local/queues/orders')
  await open(page)
  await sqs.dials([{ action: { drop: 'before' } }])
  await expect(page.locator('html')).toHaveAttribute('data-live', 'offline', { timeout: 20_000 })
  await expect(page.getByText('SQS cannot be reached')).toHaveCount(1)
  await expect(visible(page, 'orders')).toHaveText(/1/)
  await sqs.dials([])
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open', { timeout: 20_000 })
})

test.describe('without its server', () => {
  test.use({ expectedConsole: [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/] })

  test('a page says that its numbers do not move any more', async ({ page, sqs, redrive }) => {
    await sqs.create('orders')
    await page.goto('/local/queues/orders')
    await open(page)
    await redrive.stop()
    await expect(page.locator('html')).toHaveAttribute('data-live', /behind|offline/)
  })
})

test('a redrive is followed on its page and on home', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await sqs.deadLetters('orders', Array.from({ length: 30 }, (_, order) => ({ order })))
  await sqs.call('StartMessageMoveTask', { SourceArn: await sqs.arn('orders-dlq'), MaxNumberOfMessagesPerSecond: 1 })
  for (const path of ['/local/queues/orders-dlq/redrive', '/local']) {
    await page.goto(path)
    await open(page)
    const bar = page.locator('[data-task="orders-dlq"] progress')
    const before = Number(await bar.getAttribute('value'))
    await expect.poll(async () => Number(await bar.getAttribute('value')), { timeout: 15_000 }).toBeGreaterThan(before)
    await expect(page.locator('[data-task="orders-dlq"] [data-moved]')).toHaveText(/≈ \d+ of 30/)
  }
})
