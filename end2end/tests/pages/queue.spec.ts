// One queue: its numbers, what it is, where its failures go.

import { expect, test } from '../../console.ts'
import { expectStatus } from '../../expect.ts'

test('a queue tells everything about itself', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders', { VisibilityTimeout: 90, MessageRetentionPeriod: 345_600 })
  await sqs.send('orders', 1)
  expectStatus(await page.goto('/local/queues/orders'), 200)
  await expect(page.getByRole('heading', { level: 1, name: 'orders' })).toBeVisible()
  await expect(page.getByText('1 min 30 s')).toBeVisible()
  await expect(page.getByText(/goes to/)).toContainText('orders-dlq')
  await expect(page.getByText(await sqs.arn('orders'), { exact: true })).toBeVisible()
  await a11y()
})

test('what is odd is said in a sentence', async ({ page, sqs }) => {
  await sqs.create('pricing')
  await page.goto('/local/queues/pricing')
  await expect(page.getByRole('status').filter({ hasText: 'No dead-letter queue' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Add a dead-letter queue' })).toBeVisible()
})

test('a dead-letter queue names its sources and offers the redrive', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await page.goto('/local/queues/orders-dlq')
  await expect(page.getByRole('link', { name: 'orders', exact: true })).toBeVisible()
  await page.getByRole('link', { name: 'Redrive…' }).click()
  await expect(page).toHaveURL(/orders-dlq\/redrive$/)
})

test('an unknown queue is not found, whatever its name', async ({ page }) => {
  expectStatus(await page.goto('/local/queues/nope'), 404)
  await expect(page.getByRole('alert')).toContainText('There is no queue named nope')
  expectStatus(await page.goto(`/local/queues/${encodeURIComponent('<script>alert(1)</script>')}`), 404)
  expectStatus(await page.goto('/local/queues/a%20b'), 404)
})

test('opening a queue receives nothing', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await sqs.send('orders', 1)
  for (const path of ['', '/messages', '/send', '/redrive', '/settings', '/danger']) {
    await page.goto(`/local/queues/orders${path}`)
  }
  await page.goto('/local')
  expect((await sqs.calls()).ReceiveMessage ?? 0).toBe(0)
})
