// New queue: a name, a type, what differs from SQS's defaults, and a dead-letter queue with it.

import { expect, test } from '../../console.ts'
import { expectNotice, expectStatus } from '../../expect.ts'

const create = { name: 'Create queue' }

test('a FIFO queue and its dead-letter queue are created in one step', async ({ page, sqs, a11y }) => {
  await page.goto('/local/new-queue')
  await a11y()
  await page.getByLabel('Name').fill('trades')
  await page.getByLabel('FIFO', { exact: true }).check()
  await page.getByLabel('Content-based deduplication').check()
  await page.getByLabel('To a new dead-letter queue').check()
  await page.getByLabel('Visibility timeout', { exact: true }).fill('45')
  await page.getByLabel('One key=value a line').fill('team=desk')
  await a11y()
  await page.getByRole('button', create).click()
  await expectNotice(page, 'trades.fifo and trades-dlq.fifo are created')
  await expect(page.getByRole('heading', { level: 1, name: 'trades.fifo' })).toBeVisible()
  const { RedrivePolicy, VisibilityTimeout, ContentBasedDeduplication } = await sqs.attributes('trades.fifo')
  expect([VisibilityTimeout, ContentBasedDeduplication]).toEqual(['45', 'true'])
  expect(JSON.parse(RedrivePolicy!)).toEqual({ deadLetterTargetArn: await sqs.arn('trades-dlq.fifo'), maxReceiveCount: 5 })
  expect((await sqs.attributes('trades-dlq.fifo')).MessageRetentionPeriod).toBe('1209600')
  await page.goto('/local')
  await expect(page.getByRole('link', { name: 'trades.fifo', exact: true }).first()).toBeVisible()
})

test('a standard queue needs nothing but a name', async ({ page, sqs }) => {
  await page.goto('/local')
  await page.getByRole('link', { name: 'New queue' }).first().click()
  await page.getByLabel('Name').fill('pricing')
  await page.getByRole('button', create).click()
  await expectNotice(page, 'pricing is created')
  expect((await sqs.attributes('pricing')).MessageRetentionPeriod).toBe('345600')
})

test('a name that is taken or wrong is said beside it, and nothing typed is lost', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  await page.goto('/local/new-queue')
  await page.getByLabel('Name').fill('orders')
  await page.getByLabel('One key=value a line').fill('team=pay')
  await page.getByRole('button', create).click()
  await expect(page.getByText('orders exists already')).toBeVisible()
  await expect(page.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('One key=value a line')).toHaveValue('team=pay')
  await a11y()
  expectStatus(await page.reload(), 422)
  await page.getByLabel('Name').fill('or ders')
  await page.getByRole('button', create).click()
  await expect(page.getByText('Use only letters, digits')).toBeVisible()
})

test('half a creation says what exists now, and the form goes on from there', async ({ page, sqs }) => {
  await sqs.dials([{ operation: 'CreateQueue', nth: 2, action: { answer: { code: 'AccessDenied' } } }])
  await page.goto('/local/new-queue')
  await page.getByLabel('Name').fill('orders')
  await page.getByLabel('To a new dead-letter queue').check()
  await page.getByRole('button', create).click()
  await expect(page.getByText('orders-dlq was created, orders was not')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Open orders-dlq' })).toHaveAttribute('href', '/local/queues/orders-dlq')
  await expect(page.getByLabel('To an existing queue')).toBeChecked()
  await sqs.dials([])
  await page.getByRole('button', create).click()
  await expectNotice(page, 'orders is created')
  expect((await sqs.attributes('orders')).RedrivePolicy).toContain('orders-dlq')
})

test('only what belongs to the choice is shown', async ({ page }) => {
  await page.goto('/local/new-queue')
  await expect(page.getByLabel('Content-based deduplication')).toBeHidden()
  await expect(page.getByLabel('Set aside after')).toBeHidden()
  await page.getByLabel('FIFO', { exact: true }).check()
  await expect(page.getByLabel('Content-based deduplication')).toBeVisible()
  await page.getByLabel('To an existing queue').check()
  await expect(page.getByLabel('Set aside after')).toBeVisible()
  await expect(page.getByLabel('Keep dead letters for', { exact: true })).toBeHidden()
})
