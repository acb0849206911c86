// Redrive: start SQS's own move, see it, cancel it, and read what the last ones did.

import type { Page } from '@playwright/test'

import { expect, test } from '../../console.ts'
import { expectNotice, expectRow, expectStatus } from '../../expect.ts'

const button = { name: 'Start redrive' }

/** The form of SQS's own redrive; a selective one has fields of the same names. */
const native = (page: Page) => page.locator('form').filter({ has: page.getByRole('button', button) })

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
  await native(page).getByLabel('To one queue').check()
  await native(page).getByLabel('Destination queue').fill('rescue')
  await native(page).getByRole('spinbutton', { name: /^Rate/ }).fill('1')
  await page.getByRole('button', button).click()
  await expect(page.getByRole('heading', { name: 'Under way' })).toBeVisible()
  await expect(page.getByText('A redrive is already running on this queue', { exact: true })).toBeVisible()
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

test('a check says what would fail before anything is moved', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders')
  await sqs.deadLetters('orders', [1, 2])
  await page.goto('/local/queues/orders-dlq/redrive')
  await expect(page.getByRole('heading', { name: 'Before you start' })).toBeVisible()
  await expect(page.getByText('nothing known speaks against it')).toBeVisible()
  await native(page).getByLabel('To one queue').check()
  await native(page).getByLabel('Destination queue').fill('nowhere')
  await page.getByRole('button', { name: 'Check first' }).click()
  await expect(page).toHaveURL(/to=queue&destination=nowhere/)
  await expect(page.getByRole('listitem').filter({ hasText: 'There is no queue named nowhere' })).toBeVisible()
  await expect(page.getByRole('button', button)).toHaveAttribute('aria-disabled', 'true')
  await a11y()
  await native(page).getByLabel('Destination queue').fill('orders')
  await page.getByRole('button', { name: 'Check first' }).click()
  await expect(page.getByRole('button', button)).not.toHaveAttribute('aria-disabled', 'true')
  expect((await sqs.calls()).StartMessageMoveTask ?? 0).toBe(0)
})

test('the rate is changed in two steps, and the log says who did what', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders')
  await sqs.create('rescue')
  await sqs.deadLetters('orders', Array.from({ length: 20 }, (_, i) => i))
  await page.goto('/local/queues/orders-dlq/redrive')
  await native(page).getByLabel('To one queue').check()
  await native(page).getByLabel('Destination queue').fill('rescue')
  await native(page).getByRole('spinbutton', { name: /^Rate/ }).fill('1')
  await page.getByRole('button', button).click()
  await expect(page.getByText('Visible now: from')).toBeVisible()
  await a11y()
  await page.getByText('Change the rate', { exact: true }).click()
  await page.getByRole('spinbutton', { name: /New rate/ }).fill('100')
  await page.getByRole('button', { name: 'Step 1: cancel' }).click()
  await expectNotice(page, 'Redrive cancelled')
  // With a script the page loads itself again when SQS has stopped; without one it is asked for.
  await expect(async () => {
    await page.goto('/local/queues/orders-dlq/redrive?rate=100')
    await expect(page.getByRole('button', button)).not.toHaveAttribute('aria-disabled', 'true', { timeout: 200 })
  }).toPass()
  await expect(page.getByRole('heading', { name: 'Start the rest' })).toBeVisible()
  await expect(native(page).getByLabel('Destination queue')).toHaveValue('rescue')
  await expect(native(page).getByRole('spinbutton', { name: /^Rate/ })).toHaveValue('100')
  await page.getByRole('button', button).click()
  await expectNotice(page, 'Redrive started')
  await expect.poll(async () => (await sqs.depth('rescue')).visible).toBe(20)
  await page.goto('/local/queues/orders-dlq/redrive')
  const rows = page.getByRole('table').getByRole('row')
  await expect(rows).toHaveCount(3)
  await expectRow(page.getByRole('table'), { Outcome: 'Completed', By: 'local user', To: 'rescue', Rate: '100/s' })
  await expect(rows.nth(2)).toContainText('by local user')
  await expect(rows.nth(2)).toContainText('moved by then')
})

test('neither end of a redrive can be purged or deleted', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await sqs.deadLetters('orders', Array.from({ length: 20 }, (_, i) => i))
  await page.goto('/local/queues/orders-dlq/redrive')
  await native(page).getByRole('spinbutton', { name: /^Rate/ }).fill('1')
  await page.getByRole('button', button).click()
  await expectNotice(page, 'Redrive started')
  await page.goto('/local/queues/orders/danger')
  await expect(page.getByText('A redrive of orders-dlq is moving messages into this queue').first()).toBeVisible()
  for (const name of ['Purge queue', 'Delete queue']) {
    await expect(page.getByRole('button', { name })).toHaveAttribute('aria-disabled', 'true')
  }
})

test('what cannot be sent is said beside the field, and nothing typed is lost', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await page.goto('/local/queues/orders-dlq/redrive')
  await native(page).getByLabel('To one queue').check()
  await native(page).getByLabel('Destination queue').fill('orders.fifo')
  await page.getByRole('button', button).click()
  await expect(page.getByText('SQS moves messages only between queues of one type')).toBeVisible()
  await expect(native(page).getByLabel('Destination queue')).toHaveValue('orders.fifo')
  await expect(native(page).getByLabel('To one queue')).toBeChecked()
  expectStatus(await page.reload(), 422)
})

test('a destination that does not exist is refused before SQS is asked to move', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await page.goto('/local/queues/orders-dlq/redrive')
  await native(page).getByLabel('To one queue').check()
  await native(page).getByLabel('Destination queue').fill('nowhere')
  await page.getByRole('button', button).click()
  await expectNotice(page, 'There is no queue named nowhere')
  await expect(native(page).getByLabel('Destination queue')).toHaveValue('nowhere')
  expect((await sqs.calls()).StartMessageMoveTask ?? 0).toBe(0)
})

test('a queue that is no dead-letter queue says why it cannot be redriven', async ({ page, sqs }) => {
  await sqs.create('pricing')
  expectStatus(await page.goto('/local/queues/pricing/redrive'), 200)
  await expect(page.getByText('SQS can only redrive the dead-letter queue of an SQS queue', { exact: true })).toBeVisible()
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
