// Home: what needs attention, and all queues, found, filtered and sorted by the URL.

import { expect, test } from '../../console.ts'
import { expectNoRow, expectRow, expectStatus } from '../../expect.ts'

test('the start page leads to the connection', async ({ page }) => {
  expectStatus(await page.goto('/'), 200)
  await expect(page).toHaveURL(/\/local$/)
})

test('an empty account says so and offers a queue', async ({ page, a11y }) => {
  await page.goto('/local')
  await expect(page.getByText('There are no queues here')).toBeVisible()
  await expect(page.getByRole('link', { name: 'New queue' }).first()).toBeVisible()
  await a11y()
})

test('queues show their depth, their dead letters and their settings', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders', { VisibilityTimeout: 45 })
  await sqs.deadLetters('orders', ['not { JSON'])
  await sqs.send('orders', { order: 1 })
  await page.goto('/local')
  const all = page.getByRole('table', { name: 'All queues' })
  await expectRow(all, { Name: 'orders', Type: 'standard', Visible: '≈1', 'Dead letters': /orders-dlq ≈\s?1/, Visibility: '45 s', Retention: '4 d' })
  const attention = page.getByRole('table', { name: 'Dead-letter queues with messages' })
  await expectRow(attention, { 'Dead-letter queue': 'orders-dlq', Messages: '≈1', From: 'orders' })
  await a11y()
})

test('the filter and the order are in the URL', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await sqs.create('pricing')
  await sqs.create('trades.fifo')
  await sqs.send('pricing', 1)
  await page.goto('/local')
  const filter = page.getByRole('searchbox', { name: 'Filter queues' })
  await filter.fill('is:standard -dlq')
  await filter.press('Enter')
  await expect(page).toHaveURL(/filter=is/)
  const all = page.getByRole('table', { name: 'All queues' })
  await expectRow(all, { Name: /^orders/ })
  await expectNoRow(all, { Name: /trades/ })
  await expectNoRow(all, { Name: /orders-dlq/ })
  await all.getByRole('link', { name: 'Visible' }).click()
  await expect(page).toHaveURL(/sort=-visible/)
  await expect(page).toHaveURL(/filter=is/)
  await expect(all.getByRole('rowheader').first()).toContainText('pricing')
})

test('a filter that matches nothing is no empty account', async ({ page, sqs }) => {
  await sqs.create('orders')
  await page.goto('/local?filter=zzz')
  await expect(page.getByText('No queue matches “zzz”')).toBeVisible()
  await page.getByRole('link', { name: 'Show all queues' }).click()
  await expectRow(page.getByRole('table', { name: 'All queues' }), { Name: /^orders/ })
})

test('many queues are shown a hundred at a time', async ({ page, sqs }) => {
  for (let first = 0; first < 250; first += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => sqs.create(`q-${String(first + i).padStart(3, '0')}`)))
  }
  await page.goto('/local')
  await expect(page.getByText('1 to 100 of 250')).toBeVisible()
  await page.getByRole('link', { name: 'Next' }).click()
  await expectRow(page.getByRole('table', { name: 'All queues' }), { Name: /^q-100/ })
})

test('a hostile filter stays text', async ({ page }) => {
  await page.goto(`/local?filter=${encodeURIComponent('"><script>document.title="pwned"</script>')}`)
  await expect(page).not.toHaveTitle('pwned')
  await expect(page.getByRole('searchbox', { name: 'Filter queues' })).toHaveValue(/<script>/)
})

test('an unknown connection and an unknown page are not found', async ({ page }) => {
  expectStatus(await page.goto('/elsewhere'), 404)
  expectStatus(await page.goto('/local/queues/orders/nothing/here'), 404)
  await expect(page.getByRole('alert')).toContainText('There is nothing at this address')
})

test('the theme is chosen without a script and stays', async ({ page }) => {
  await page.goto('/local')
  await page.locator('summary[aria-label="Theme"]').click()
  await page.getByRole('button', { name: 'Dark' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.goto('/local')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})
