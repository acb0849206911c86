// A hold lasts as long as its page: a tab that is closed gives everything back.

import { expect, test } from '../../console.ts'

test('a closed tab gives back what it held', async ({ page, sqs }) => {
  test.slow()
  await sqs.create('orders')
  for (let order = 1; order <= 3; order += 1) await sqs.send('orders', { order })
  await page.goto('/local/queues/orders/messages')
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(page.getByText('held until')).toBeVisible({ timeout: 10_000 })
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0, inFlight: 3 })
  // Its stream says that the page is open; until then its load alone counts, and for longer.
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open')
  await page.close()
  await expect.poll(() => sqs.depth('orders'), { timeout: 13_000 }).toMatchObject({ visible: 3, inFlight: 0 })
})
