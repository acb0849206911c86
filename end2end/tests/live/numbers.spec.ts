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

test('a stream that goes silent is an outage, and is opened again', async ({ page, sqs }) => {
  await sqs.create('orders')
  await page.clock.install()
  await page.goto('/local/queues/orders')
  await open(page)
  const states = page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const root = document.documentElement
        const seen: string[] = []
        new MutationObserver(() => {
          seen.push(root.dataset.live ?? '')
          if (seen.at(-1) === 'open') resolve(seen)
        }).observe(root, { attributeFilter: ['data-live'] })
      }),
  )
  // Nothing was heard for half a minute, as far as the page can tell.
  await page.clock.fastForward(30_000)
  const seen = await states
  expect([seen.at(0), seen.at(-1)]).toEqual(['offline', 'open'])
})

test('a redrive is followed on its page and on home, not the one before it, and its page ends with it', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  const SourceArn = await sqs.arn('orders-dlq')
  const tasks = async () => (await sqs.call<{ Results?: { Status: string }[] }>('ListMessageMoveTasks', { SourceArn, MaxResults: 10 })).Results ?? []
  await sqs.deadLetters('orders', [{ order: 'earlier' }])
  await sqs.call('StartMessageMoveTask', { SourceArn })
  await expect.poll(async () => (await tasks())[0]?.Status).toBe('COMPLETED')
  await sqs.receive('orders', { visibilityTimeout: 600 })
  await sqs.deadLetters('orders', Array.from({ length: 30 }, (_, order) => ({ order })))
  await sqs.call('StartMessageMoveTask', { SourceArn, MaxNumberOfMessagesPerSecond: 1 })
  expect(await tasks()).toHaveLength(2)
  for (const path of ['/local', '/local/queues/orders-dlq/redrive']) {
    await page.goto(path)
    await open(page)
    const bar = page.locator('[data-task="orders-dlq"] progress')
    const before = Number(await bar.getAttribute('value'))
    await expect.poll(async () => Number(await bar.getAttribute('value')), { timeout: 15_000 }).toBeGreaterThan(before)
    await expect(page.locator('[data-task="orders-dlq"] [data-moved]').first()).toHaveText(/≈ \d+ of 30/)
    await expect(page.locator('[data-task="orders-dlq"] [data-pace]')).toHaveText(/\/s · .+ left/)
  }
  const cancel = page.getByRole('button', { name: 'Cancel this redrive' })
  await expect(cancel).toBeVisible()
  const { Results } = await sqs.call<{ Results: { TaskHandle: string }[] }>('ListMessageMoveTasks', { SourceArn })
  await sqs.call('CancelMessageMoveTask', { TaskHandle: Results[0]!.TaskHandle })
  await expect(cancel).toHaveCount(0, { timeout: 15_000 })
  await expect(page.getByRole('heading', { name: 'Under way' })).toHaveCount(0)
})

test('what the page says of its age is there before any script', async ({ page, sqs, redrive }) => {
  await sqs.create('orders')
  for (const path of ['/local', '/local/queues/orders']) {
    const html = await (await page.request.get(`${redrive.url}${path}`)).text()
    expect(html).toMatch(/<span[^>]*data-live-age[^>]*>\d+\u00a0s\u00a0old</)
  }
})
