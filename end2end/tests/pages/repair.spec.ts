// The whole path of somebody who repairs at night: find what failed, hold it, filter it, see why, read one, hide what has
// to wait, delete what is done, and bring back what was deleted by mistake. The effect log tells that nothing was lost.

import type { Locator, Page } from '@playwright/test'

import { expect, test } from '../../console.ts'
import { expectNotice, expectRow } from '../../expect.ts'

const failure = (ERROR_CODE: string, ERROR_MESSAGE: string) => ({ attributes: { ERROR_CODE, ERROR_MESSAGE } })
const mark = (row: Locator) => row.getByRole('checkbox', { name: /^Mark [0-9a-f]{8}-/ })
const open = (page: Page) => expect(page.locator('html')).toHaveAttribute('data-live', 'open', { timeout: 10_000 })

test('dead letters are found, held, filtered, understood, read, hidden, deleted and restored', async ({ page, sqs, javaScriptEnabled }) => {
  test.slow()
  const scripted = javaScriptEnabled !== false
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  await sqs.deadLetters('orders', [1, 2, 3].map((order) => ({ order, to: 'Ghent' })), failure('504', 'Task timed out after 3.00 seconds'))
  await sqs.deadLetters('orders', [4, 5].map((order) => ({ order, to: 'Lund' })), failure('400', 'Unknown customer'))
  const before = (await sqs.effects()).at(-1)!.seq
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 5, inFlight: 0 })

  // Found: it stands first on the first page.
  await page.goto('/local')
  const attention = page.getByRole('table', { name: 'Dead-letter queues with messages' })
  await expectRow(attention, { 'Dead-letter queue': 'orders-dlq', Messages: '≈5' })
  if (scripted) {
    await open(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/queues\/orders-dlq$/)
    await page.getByRole('link', { name: 'Messages', exact: true }).first().click()
  } else {
    await attention.getByRole('row').filter({ hasText: 'orders-dlq' }).getByRole('link', { name: 'Look' }).click()
  }

  // Held.
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(page.getByText(/^5\s+messages held$/)).toBeVisible({ timeout: 10_000 })
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 0, inFlight: 5 })

  // Filtered.
  const filter = page.getByRole('combobox', { name: 'Filter messages' })
  if (scripted) {
    await open(page)
    await page.keyboard.press('/')
    await expect(filter).toBeFocused()
    await page.keyboard.type('body.to:Ghent count>=1')
    await page.keyboard.press('Enter')
  } else {
    await filter.fill('body.to:Ghent count>=1')
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
  }
  await expect(page.getByText('3 of 5 match')).toBeVisible()
  await page.getByRole('link', { name: 'Clear', exact: true }).click()
  await expect(page.getByText('3 of 5 match')).toHaveCount(0)

  // Understood: two causes, the larger first; its messages are one click away.
  await page.getByRole('link', { name: 'By cause' }).click()
  const causes = page.getByRole('table', { name: 'Causes' })
  await expectRow(causes, { Cause: /timed out/, Messages: '3' })
  await expectRow(causes, { Cause: /Unknown customer/, Messages: '2' })
  await causes.getByRole('link', { name: /timed out/ }).click()
  const table = page.getByRole('table', { name: 'Messages of orders-dlq' })
  await expect(table.getByRole('rowheader')).toHaveCount(3)
  const list = page.url()

  // Read.
  const row = (order: number) => table.getByRole('row').filter({ hasText: `"order":${order},` })
  if (scripted) {
    await open(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
  } else {
    await row(1).getByRole('rowheader').getByRole('link').click()
  }
  await expect(page.getByText('"to": "Ghent"').first()).toBeVisible()
  await expect(page.getByText('Task timed out after 3.00 seconds').first()).toBeVisible()
  await page.goto(list)

  // Hidden: the first, for two hours.
  await mark(row(1)).check()
  await page.getByText('Change visibility…').click()
  await page.getByLabel('Hide from now on for').fill('7200')
  await page.getByRole('button', { name: 'Change visibility' }).click()
  await expectNotice(page, /1\s+message.*hidden/)
  await expectRow(table, { Body: /"order":1,/, State: /held for (2|1)\s+h/ })

  // Deleted: the other two, chosen by keys where there are any. The address still says which cause.
  if (scripted) {
    await open(page)
    for (const order of [2, 3]) {
      const wanted = await row(order).evaluate((row) => [...row.parentElement!.children].indexOf(row))
      await page.keyboard.press('Escape')
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
      for (let step = 0; step <= wanted; step += 1) await page.keyboard.press('j')
      await page.keyboard.press('x')
      await expect(mark(row(order))).toBeChecked()
    }
    await expect(page.locator('[data-selected]').first()).toHaveText('2')
  } else {
    for (const order of [2, 3]) await mark(row(order)).check()
  }
  await page.getByText('Delete…').click()
  await page.getByRole('button', { name: 'Delete the marked messages' }).click()
  await expectNotice(page, /2\s+messages deleted/)
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 0, inFlight: 3 })

  // Restored: from where the notice leads.
  await page.getByRole('link', { name: 'Undo…' }).first().click()
  const copies = page.getByRole('table', { name: /Copies of removed messages/ })
  await expect(copies.getByRole('rowheader')).toHaveCount(2)
  await page.getByText('Restore…').click()
  await page.getByRole('button', { name: /Restore all 2\s+messages/ }).click()
  await expect(page.getByText('2 restored').first()).toBeVisible({ timeout: 10_000 })
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 2, inFlight: 3 })

  // Let go of the rest; what has to wait waits.
  await page.goto('/local/queues/orders-dlq/messages')
  await page.getByRole('button', { name: 'Release all' }).click()
  await expectNotice(page, /2\s+messages released/)
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 4, inFlight: 1 })

  // SQS itself: two were deleted and came back with the same bodies, one is hidden for two hours, none was lost.
  const happened = (await sqs.effects(before)).filter(({ queue }) => queue === 'orders-dlq')
  const ids = (effect: string) => happened.filter((entry) => entry.effect === effect).map(({ message_id }) => message_id)
  expect(ids('deleted')).toHaveLength(2)
  expect(ids('sent')).toHaveLength(2)
  const hidden = happened.filter(({ effect, until = 0, at }) => effect === 'hidden' && until - at > 7_000_000)
  expect(hidden).toHaveLength(1)
  expect([...new Set(happened.map(({ effect }) => effect))].sort()).toEqual(['deleted', 'hidden', 'received', 'sent'])
  await sqs.clock(7_200_000)
  const bodies = (await sqs.receive('orders-dlq')).map(({ Body }) => JSON.parse(String(Body)) as { order: number })
  expect(bodies.map(({ order }) => order).sort()).toEqual([1, 2, 3, 4, 5])
})
