// Redrive: start SQS's own move, see it, cancel it, and read what the last ones did.

import { expect, test } from '../../console.ts'
import { expectNotice, expectRow, expectStatus } from '../../expect.ts'

const button = { name: 'Start redrive' }

test('dead letters go back to their queue', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders')
  await sqs.deadLetters('orders', [1, 2, 3])
  await page.goto('/local/queues/orders-dlq/redrive')
  await a11y()
  await page.getByRole('button', button).click()
  await expectNotice(page, 'Redrive started')
  await expect.poll(async () => (await sqs.depth('orders')).visible).toBe(3)
  expect((await sqs.depth('orders-dlq')).visible).toBe(0)
  await page.goto('/local/queues/orders-dlq/redrive')
  await expectRow(page.getByRole('table'), { Outcome: 'Completed', Moved: '≈ 3 of 3', To: 'the source queues' })
})

test('a slow redrive shows its progress, refuses a second one and is cancelled', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await sqs.create('rescue')
  await sqs.deadLetters('orders', Array.from({ length: 12 }, (_, i) => i))
  await page.goto('/local/queues/orders-dlq/redrive')
  await page.getByLabel('To one queue').check()
  await page.getByLabel('Destination queue').fill('rescue')
  await page.getByRole('spinbutton', { name: /Rate/ }).fill('1')
  await page.getByRole('button', button).click()
  await expect(page.getByRole('heading', { name: 'Under way' })).toBeVisible()
  await expect(page.getByText('A redrive is already running on this queue')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel this redrive' }).click()
  await expectNotice(page, 'Redrive cancelled')
  // The page loads itself again when the task ends, which may break this navigation off.
  await expect(async () => {
    await page.goto('/local/queues/orders-dlq/redrive')
    expect(await page.getByRole('table').innerText()).toMatch(/Cancelled/)
  }).toPass()
  const { visible } = await sqs.depth('orders-dlq')
  expect(visible, 'the rest stays').toBeGreaterThan(0)
})

test('what cannot be sent is said beside the field, and nothing typed is lost', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await page.goto('/local/queues/orders-dlq/redrive')
  await page.getByLabel('To one queue').check()
  await page.getByLabel('Destination queue').fill('orders.fifo')
  await page.getByRole('button', button).click()
  await expect(page.getByText('SQS moves messages only between queues of one type')).toBeVisible()
  await expect(page.getByLabel('Destination queue')).toHaveValue('orders.fifo')
  await expect(page.getByLabel('To one queue')).toBeChecked()
  expectStatus(await page.reload(), 422)
})

test('a destination that does not exist is refused before SQS is asked to move', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await page.goto('/local/queues/orders-dlq/redrive')
  await page.getByLabel('To one queue').check()
  await page.getByLabel('Destination queue').fill('nowhere')
  await page.getByRole('button', button).click()
  await expectNotice(page, 'There is no queue named nowhere')
  await expect(page.getByLabel('Destination queue')).toHaveValue('nowhere')
  expect((await sqs.calls()).StartMessageMoveTask ?? 0).toBe(0)
})

test('a queue that is no dead-letter queue says why it cannot be redriven', async ({ page, sqs }) => {
  await sqs.create('pricing')
  expectStatus(await page.goto('/local/queues/pricing/redrive'), 200)
  await expect(page.getByText('SQS can only redrive the dead-letter queue of an SQS queue')).toBeVisible()
})

test('a FIFO dead-letter queue is redriven in the order of its groups', async ({ page, sqs }) => {
  await sqs.createWithDlq('trades.fifo')
  await sqs.deadLetters('trades.fifo', ['received', 'checked', 'confirmed'], { groupId: 'T-1' })
  await page.goto('/local/queues/trades-dlq.fifo/redrive')
  await page.getByRole('button', button).click()
  await expect.poll(async () => (await sqs.depth('trades.fifo')).visible).toBe(3)
  const bodies = (await sqs.receive('trades.fifo')).map((message) => message.Body)
  expect(bodies).toEqual(['received', 'checked', 'confirmed'])
})
