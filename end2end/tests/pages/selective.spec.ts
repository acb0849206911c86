// Selective redrive as a person does it: choose, plan, run, watch, read the report, take it back; and the canary that waits.
// With and without a script; the effect log tells that nothing was lost and nothing sent twice.

import type { Page } from '@playwright/test'

import { expect, test } from '../../console.ts'
import { expectNotice, expectRow } from '../../expect.ts'
import type { Effect, Sqs } from '../../sqs.ts'

/** The ids of what was sent to a queue. */
const sent = (effects: Effect[], queue: string): string[] =>
  effects.filter((effect) => effect.effect === 'sent' && effect.queue === queue).map((effect) => effect.message_id)

/** Dead letters of `orders`, and what had been sent there by then. */
async function letters(sqs: Sqs, count: number): Promise<number> {
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  await sqs.deadLetters('orders', Array.from({ length: count }, (_, order) => ({ order, to: order % 2 ? 'Lund' : 'Ghent' })))
  return (await sqs.effects()).at(-1)!.seq
}

/** From home to the page of the chosen messages: all that match a filter, or all. */
async function choose(page: Page, filter: string): Promise<void> {
  await page.goto('/local/queues/orders-dlq/messages')
  await page.getByRole('button', { name: 'Look', exact: true }).click()
  if (filter) await page.goto(`${page.url().split('?')[0]}?filter=${encodeURIComponent(filter)}`)
  await page.getByRole('button', { name: /^Redrive or act on all/ }).click()
  await expect(page.getByRole('heading', { name: 'Redrive', exact: true })).toBeVisible()
}

test('chosen messages are planned, redriven, reported and taken back', async ({ page, sqs }) => {
  test.slow()
  const before = await letters(sqs, 7)
  await choose(page, 'body.to:Ghent')
  await expect(page.getByText('4 in orders')).toBeVisible()

  // Planned: nothing is sent, and another wish is a click away with everything typed kept.
  await page.getByRole('spinbutton', { name: /Rate/ }).fill('50')
  await page.getByRole('button', { name: /^Plan redrive of 4/ }).click()
  await expect(page.getByText('nothing was sent yet')).toBeVisible()
  await expectRow(page.getByRole('table', { name: 'Destinations' }), { Queue: 'orders', Messages: '4' })
  expect(sent(await sqs.effects(before), 'orders')).toHaveLength(0)
  await page.getByText('Change this plan').click()
  await expect(page.getByRole('spinbutton', { name: /Rate/ })).toHaveValue('50')
  await page.getByRole('radio', { name: 'To another queue' }).check()
  await page.getByRole('button', { name: 'Plan again' }).click()
  await expect(page.getByText('Name the queue that they shall go to.')).toBeVisible()
  await expect(page.getByRole('spinbutton', { name: /Rate/ })).toHaveValue('50')
  await page.getByRole('radio', { name: 'Back to where each message failed' }).check()
  await page.getByRole('button', { name: 'Plan again' }).click()
  await expect(page.getByText('nothing was sent yet')).toBeVisible()

  // Redriven, and watched to its end.
  await page.getByRole('button', { name: /^Redrive 4/ }).click()
  await expect(page).toHaveURL(/\/local\/redrives\/[0-9a-f]{32}/)
  await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/^4 of 4 sent$/)).toBeVisible()
  const after = await sqs.effects(before)
  expect(sent(after, 'orders')).toHaveLength(4)
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 3, inFlight: 0 })

  // Reported: every message, found by its copy, and as a file.
  const report = page.getByRole('table', { name: 'What became of each message' })
  await expect(report.getByText('moved', { exact: true })).toHaveCount(4)
  const [copy] = sent(after, 'orders')
  await page.getByRole('searchbox', { name: 'Search the report' }).fill(copy!)
  await page.getByRole('button', { name: 'Search', exact: true }).click()
  await expect(report.getByRole('rowheader')).toHaveCount(1)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Report as NDJSON' }).click()
  expect((await download).suggestedFilename()).toMatch(/^redrive-orders-dlq-\d{8}T\d{6}Z\.ndjson$/)

  // Taken back: orders sets messages aside after one receive, so its name is asked for.
  await page.getByRole('button', { name: 'Take back 4 copies from orders…' }).click()
  await expect(page.getByText('copies that a redrive sent')).toBeVisible()
  await page.getByRole('checkbox', { name: /^Receive although/ }).check()
  await page.getByRole('textbox', { name: 'Type orders to confirm' }).fill('orders')
  await page.getByRole('button', { name: /^Take back 4/ }).click()
  await expect(page.getByRole('heading', { name: 'Taking back' })).toBeVisible()
  await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 60_000 })
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 7, inFlight: 0 })
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0, inFlight: 0 })

  // Each says what it has to do with the other, and nothing is offered twice.
  await page.getByRole('link', { name: 'the redrive of orders-dlq' }).click()
  await expectNotice(page, 'It was taken back from orders')
  await expect(page.getByText(/^4 of 4\scopies were put back into orders-dlq\.$/)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Take back/ })).toHaveCount(0)
  await page.getByRole('link', { name: 'The redrive that took it back' }).click()
  await expect(page.getByRole('heading', { name: 'Taking back' })).toBeVisible()

  // Both are in the list.
  await page.goto('/local/redrives')
  const list = page.getByRole('table', { name: 'Redrives of this console' })
  await expectRow(list, { From: 'orders', To: 'orders-dlq', Sent: '4' })
  await expectRow(list, { From: 'orders-dlq', To: 'orders', Sent: '4' })
})

test('a canary is sent, waits, and goes on when somebody says so', async ({ page, sqs }) => {
  test.slow()
  const before = await letters(sqs, 6)
  await choose(page, '')
  await page.getByRole('spinbutton', { name: /Canary/ }).fill('2')
  await page.getByRole('button', { name: /^Plan redrive of 6/ }).click()
  await expect(page.getByText(/^waits after 2\smessages until somebody says that it goes on$/)).toBeVisible()
  await page.getByRole('button', { name: /^Redrive 6/ }).click()

  await expect(page.getByText(/^The first 2\smessages were sent: now it waits for you$/)).toBeVisible({ timeout: 30_000 })
  expect(sent(await sqs.effects(before), 'orders')).toHaveLength(2)
  await page.getByRole('link', { name: /^Redrives/ }).first().click()
  await expectRow(page.getByRole('table', { name: 'Redrives of this console' }), { From: 'orders-dlq', State: 'waiting for somebody' })
  await page.goBack()

  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 60_000 })
  expect(sent(await sqs.effects(before), 'orders')).toHaveLength(6)
  expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 0, inFlight: 0 })
})

test('a redrive that was told to go on does not load its page over and over', async ({ page, sqs, javaScriptEnabled }) => {
  test.slow()
  await letters(sqs, 7)
  await choose(page, '')
  await page.getByRole('spinbutton', { name: /Canary/ }).fill('1')
  await page.getByRole('spinbutton', { name: /Rate/ }).fill('1')
  await page.getByRole('button', { name: /^Plan redrive of 7/ }).click()
  await page.getByRole('button', { name: /^Redrive 7/ }).click()
  await expect(page.getByRole('button', { name: 'Go on' })).toBeVisible({ timeout: 30_000 })

  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
  let loads = 0
  page.on('load', () => loads++)
  await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 60_000 })
  // For its end, and once more where it goes on between the answer and the first news. Without a script it is loaded every
  // two seconds, on purpose.
  if (javaScriptEnabled !== false) expect(loads).toBeLessThanOrEqual(2)
})

test('one message is redriven from its own page, and a redrive can be cancelled', async ({ page, sqs }) => {
  test.slow()
  const before = await letters(sqs, 5)
  await page.goto('/local/queues/orders-dlq/messages')
  await page.getByRole('button', { name: 'Look', exact: true }).click()
  await page.getByRole('rowheader').getByRole('link').first().click()
  await page.getByRole('button', { name: 'Redrive…' }).first().click()
  await expect(page.getByRole('button', { name: /^Plan redrive of 1/ })).toBeVisible()

  // All of the queue, one after a canary of one, then cancelled.
  await page.goto('/local/queues/orders-dlq/redrive')
  await page.getByText('The whole queue', { exact: true }).click()
  await page.getByRole('spinbutton', { name: /Canary/ }).fill('1')
  await page.getByRole('button', { name: /^Plan redrive of/ }).click()
  await page.getByRole('button', { name: /^Redrive/ }).last().click()
  await expect(page.getByText(/^The first 1\smessage was sent: now it waits for you$/)).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByText('cancelled', { exact: true })).toBeVisible({ timeout: 60_000 })
  expect(sent(await sqs.effects(before), 'orders')).toHaveLength(1)
  await expect.poll(async () => (await sqs.depth('orders-dlq')).visible, { timeout: 10_000 }).toBe(4)
})

test('a redrive from a queue that is gone by now says so and sends nothing', async ({ page, sqs }) => {
  const before = await letters(sqs, 2)
  await choose(page, '')
  await page.getByRole('button', { name: /^Plan redrive of 2/ }).click()
  await expect(page.getByText('nothing was sent yet')).toBeVisible()
  await sqs.call('DeleteQueue', { QueueUrl: await sqs.queueUrl('orders') })
  await page.getByText('Change this plan').click()
  await page.getByRole('button', { name: 'Plan again' }).click()
  await expectNotice(page, 'Some of what was entered cannot be used')
  await expect(page.getByText('They failed in orders, which cannot be used. Name a queue below.')).toBeVisible()
  expect(sent(await sqs.effects(before), 'orders')).toHaveLength(0)
})
