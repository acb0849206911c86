// A hold and the pages that show it: a tab that is closed gives everything back, and a page that shows another state by
// itself loses nothing that was asked for.

import { expect, test } from '../../console.ts'
import { expectNotice } from '../../expect.ts'

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

test('what became of an action is shown although the hold ends meanwhile', async ({ page, sqs }) => {
  await sqs.create('orders')
  await sqs.send('orders', { order: 1 })
  await page.goto('/local/queues/orders/messages')
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(page.getByText('held until')).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open')
  await page.getByRole('checkbox', { name: /^Mark [0-9a-f]{8}-/ }).check()
  // Hidden for a time of its own, the last message leaves the hold; its stream says so before the answer is there.
  await sqs.dials([{ operation: 'GetQueueAttributes', action: { delay: { ms: 1_500 } } }])
  await page.getByText('Change visibility…').click()
  await page.getByLabel('Hide from now on for').fill('7200')
  await page.getByRole('button', { name: 'Change visibility' }).click()
  await expectNotice(page, /1\s+message.*hidden/)
})
