// Danger: purge and delete, each only when the name was typed, each saying first what it destroys.

import { expect, test } from '../../console.ts'
import { expectNotice, expectStatus } from '../../expect.ts'

const purge = { name: 'Purge queue' }
const remove = { name: 'Delete queue' }

test('a queue is purged once its name is typed, and not again within a minute', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  for (let n = 0; n < 3; n += 1) await sqs.send('orders', n)
  await page.goto('/local/queues/orders/danger')
  await a11y()
  await page.locator('#archive-purge').uncheck()
  await page.locator('#purge').fill('orders')
  await page.getByRole('button', purge).click()
  await expectNotice(page, 'Purge started')
  await expect(page).toHaveURL(/\/queues\/orders\?/)
  expect((await sqs.depth('orders')).visible).toBe(0)
  await page.goto('/local/queues/orders/danger')
  await expect(page.getByText('SQS allows the next purge in')).toBeVisible()
  await expect(page.getByRole('button', purge)).toHaveAttribute('aria-disabled', 'true')
})

test('a wrong name destroys nothing: the browser refuses it, and so does the console', async ({ page, sqs }) => {
  await sqs.create('orders.fifo')
  await page.goto('/local/queues/orders.fifo/danger')
  await page.locator('#delete').fill('ordersXfifo')
  await page.getByRole('button', remove).click()
  await expect(page).toHaveURL(/danger$/)
  // Past the browser's own check, as by a script or an old browser.
  await page.locator('#delete').evaluate((field: HTMLInputElement) => field.form!.setAttribute('novalidate', ''))
  await page.getByRole('button', remove).click()
  await expect(page.getByText('The queue’s name was not typed').or(page.getByText("The queue's name was not typed"))).toBeVisible()
  expectStatus(await page.reload(), 422)
  expect(await sqs.arn('orders.fifo')).toContain('orders.fifo')
})

test('a deleted queue is gone: from the list, and its address says so', async ({ page, sqs }) => {
  await sqs.create('orders')
  await sqs.create('payments')
  await page.goto('/local/queues/orders/danger')
  await page.locator('#archive-delete').uncheck()
  await page.locator('#delete').fill('orders')
  await page.getByRole('button', remove).click()
  await expectNotice(page, 'orders is deleted')
  await expect(page.getByRole('link', { name: 'payments' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'orders', exact: true })).toHaveCount(0)
  for (const part of ['', '/danger', '/settings', '/messages', '/send', '/redrive']) {
    expectStatus(await page.goto(`/local/queues/orders${part}`), 404)
  }
})

test('who depends on the queue is named', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await sqs.deadLetters('orders', [1])
  await page.goto('/local/queues/orders-dlq/danger')
  await expect(page.getByText('orders-dlq is the dead-letter queue of orders')).toBeVisible()
  await expect(page.getByText('orders loses its dead-letter queue')).toBeVisible()
  await page.goto('/local/queues/orders/danger')
  await expect(page.getByText('Its dead-letter queue orders-dlq stays')).toBeVisible()
})

test.describe('read-only', () => {
  test.use({ redriveArgs: ['--read-only'] })

  test('both buttons say why they are dead', async ({ page, sqs }) => {
    await sqs.create('orders')
    await page.goto('/local/queues/orders/danger')
    for (const button of [purge, remove]) {
      await expect(page.getByRole('button', button)).toHaveAccessibleDescription('The console is read-only')
    }
  })
})
