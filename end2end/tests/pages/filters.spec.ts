// Finding messages: what can be said, saved filters, and a list that comes back as it was.

import { expect, test } from '../../console.ts'
import { expectNotice } from '../../expect.ts'

const messages = '/local/queues/orders/messages'

test('a filter is saved, opened, renamed and forgotten, and the list comes back as it was', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  const attributes = { type: 'OrderFailed' }
  for (let id = 1; id <= 6; id += 1) await sqs.send('orders', { order: { id } }, id < 3 ? {} : { attributes })
  await page.goto(messages)
  await page.getByRole('button', { name: 'Look' }).click()
  const rows = page.getByRole('table', { name: 'Messages of orders' }).getByRole('rowheader')
  await expect(rows).toHaveCount(6)

  // An example of these very messages is a link.
  await page.getByText('What can be said').click()
  await page.getByRole('link', { name: 'attr.type:OrderFailed' }).click()
  await expect(rows).toHaveCount(4)
  await page.getByRole('link', { name: 'Size', exact: true }).click()
  const address = /filter=attr\.type%3AOrderFailed&sort=-size/
  await expect(page).toHaveURL(address)

  await page.getByText('Save this filter').click()
  await page.getByLabel('Name', { exact: true }).fill('  Failed   orders ')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expectNotice(page, '“Failed orders” is saved')
  await expect(page).toHaveURL(address)
  const saved = page.getByRole('navigation', { name: 'Saved filters' })
  await expect(saved.getByRole('link', { name: 'Failed orders' })).toHaveAttribute('aria-current', 'true')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await a11y()
  }

  // A form that is refused leads back to the same list.
  await page.getByRole('button', { name: 'Redrive or act on the marked…' }).click()
  await expect(page.getByText('No message is marked')).toBeVisible()
  await expect(page).toHaveURL(address)
  // So does the way back from what was chosen.
  await page.getByRole('button', { name: 'Redrive or act on all 4 that match…' }).click()
  await expect(page).toHaveURL(/\/chosen\//)
  await page.getByRole('link', { name: 'Back to the list' }).click()
  await expect(page).toHaveURL(address)
  await expect(rows).toHaveCount(4)

  await page.goto(messages)
  await saved.getByRole('link', { name: 'Failed orders' }).click()
  await expect(page).toHaveURL(address)
  await page.locator('summary', { hasText: 'Saved filters' }).click()
  await page.getByLabel('“Failed orders”').fill('Failures')
  await page.getByRole('button', { name: 'Rename' }).click()
  await expect(saved.getByRole('link', { name: 'Failures' })).toBeVisible()
  await page.locator('summary', { hasText: 'Saved filters' }).click()
  await page.getByRole('button', { name: 'Forget' }).click()
  await expectNotice(page, '“Failures” is forgotten')
  await expect(saved).toHaveCount(0)
  await expect(page).toHaveURL(address)
})

test('what cannot be read is marked at its place, with what may have been meant', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  await sqs.send('orders', { order: 1 })
  await page.goto(messages)
  await page.getByRole('button', { name: 'Look' }).click()
  const field = page.getByLabel('Filter messages')
  await field.fill('order is:jsno')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await expect(page.locator('mark')).toHaveText('jsno')
  await a11y()
  await page.getByRole('link', { name: 'order is:json' }).click()
  await expect(page.locator('mark')).toHaveCount(0)
  await expect(page.getByText('1 of 1 match')).toBeVisible()
})
