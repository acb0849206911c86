// Activity: every change that was made through the console, with its command.

import { expect, test } from '../../console.ts'
import { expectRow, expectStatus } from '../../expect.ts'

const table = { name: 'Changes, newest first' }

test('an empty log says what it is for, and where it is kept', async ({ page, a11y }) => {
  expectStatus(await page.goto('/local/activity'), 200)
  await expect(page.getByText('Nothing was changed yet')).toBeVisible()
  await expect(page.getByText('until the console stops')).toBeVisible()
  await a11y()
})

test('changes are listed newest first, opened, and filtered by a link that can be shared', async ({ page, sqs, a11y }) => {
  for (const name of ['orders', 'payments']) {
    await sqs.create(name)
    await page.goto(`/local/queues/${name}/danger`)
    await page.locator('#archive-purge').uncheck()
    await page.locator('#purge').fill(name)
    await page.getByRole('button', { name: 'Purge queue' }).click()
    await expect(page.getByText('Purge started')).toBeVisible()
  }
  await page.goto('/local/activity')
  const rows = page.getByRole('table', table).getByRole('row')
  await expect(rows).toHaveCount(3)
  await expect(rows.nth(1)).toContainText('payments')
  await expectRow(page.getByRole('table', table), { Change: 'Purge queue', Queue: 'orders', Outcome: 'Done', Who: 'local user' })
  await rows.nth(1).locator('summary').click()
  await expect(page.getByText('aws sqs purge-queue --queue-url').first()).toBeVisible()
  await expect(page.getByText('AWS request id').first()).toBeVisible()
  await a11y()

  await page.getByLabel('Queue', { exact: true }).fill('orders')
  await page.getByLabel('What was done').selectOption('Purge queue')
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page).toHaveURL(/queue=orders/)
  await expect(rows).toHaveCount(2)
  await expect(page.getByLabel('Queue', { exact: true })).toHaveValue('orders')
  await page.goto('/local/activity?text=no+such+thing')
  await expect(page.getByText('No change matches')).toBeVisible()
  await page.getByRole('link', { name: 'Show all activity' }).click()
  await expect(rows).toHaveCount(3)
})

test('a change that failed is written down with its code', async ({ page, sqs }) => {
  await sqs.create('orders')
  await sqs.dials([{ operation: 'PurgeQueue', action: { answer: { code: 'AccessDenied' } } }])
  await page.goto('/local/queues/orders/danger')
  await page.locator('#purge').fill('orders')
  await page.getByRole('button', { name: 'Purge queue' }).click()
  await expect(page.getByText('AWS refused access')).toBeVisible()
  await page.goto('/local/activity')
  await expectRow(page.getByRole('table', table), { Change: 'Purge queue', Outcome: 'AccessDenied' })
})
