// Messages: look and give back, hold, and what may be done with what is held.

import type { Page } from '@playwright/test'

import { expect, test } from '../../console.ts'
import { expectNotice, expectRow, expectStatus } from '../../expect.ts'

const messages = '/local/queues/orders/messages'

/** The bar below the table says how many messages can be acted on. */
const held = (page: Page, count: number) => page.getByText(new RegExp(`^${count}\\s+messages? held$`))

test('opening the page receives nothing and says what a look costs', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders', { maxReceiveCount: 5 })
  await sqs.send('orders', { order: 1 })
  await page.goto(messages)
  await expect(page.getByText('opening this page costs nothing')).toBeVisible()
  await expect(page.getByText('of 5 before it moves to orders-dlq').first()).toBeVisible()
  await a11y()
  const [message] = await sqs.receive('orders')
  expect(message).toMatchObject({ Attributes: { ApproximateReceiveCount: '1' } })
})

test('a look shows the messages and gives them back at once', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  for (let order = 1; order <= 12; order += 1) await sqs.send('orders', { order }, { groupId: order < 3 ? 'vip' : undefined })
  await page.goto(messages)
  await page.getByLabel('Up to', { exact: true }).selectOption('50 messages')
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.getByText('given back at once')).toBeVisible()
  const table = page.getByRole('table', { name: 'Messages of orders' })
  await expectRow(table, { Body: '{"order":7}', Receives: '1' })
  await expectRow(table, { Body: '{"order":1}', Group: 'vip' })
  await expect(table.getByRole('rowheader')).toHaveCount(12)
  expect(await sqs.depth('orders')).toMatchObject({ visible: 12, inFlight: 0 })
  await page.getByRole('button', { name: 'Look' }).click()
  await expectNotice(page, 'looked at a moment ago')
  await expect(table.getByRole('rowheader')).toHaveCount(12)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await a11y()
  }
})

test('an empty answer is not called an empty queue', async ({ page, sqs }) => {
  await sqs.create('orders')
  await sqs.send('orders', 1, { delaySeconds: 600 })
  await page.goto(messages)
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.getByText('An empty answer is not an empty queue')).toBeVisible()
  await expect(page.getByText(/≈\s1 delayed/)).toBeVisible()
})

test('where receives are few, a look asks for consent by name', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders', { maxReceiveCount: 2 })
  await sqs.send('orders', { order: 1 })
  await page.goto(messages)
  await a11y()
  await page.getByLabel('Receive although maxReceiveCount is 2').first().check()
  await page.getByLabel('Type orders to confirm').first().fill('orders')
  await page.getByRole('button', { name: 'Look' }).click()
  await expectRow(page.getByRole('table', { name: 'Messages of orders' }), { Receives: '1 of 2' })
})

test('one message is shown whole, pretty and raw, with the way to its neighbours', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  const hostile = '</code></textarea><script>alert(1)</script>'
  const attributes = { note: hostile, stamp: { DataType: 'Binary', BinaryValue: 'AP8=' } }
  await sqs.deadLetters('orders', [`{"b":1.10,"a":["${hostile}"]}`, '<order id="1"><item>a &amp; b</item></order>'], { attributes })
  await page.goto('/local/queues/orders-dlq/messages')
  await page.getByRole('button', { name: 'Look' }).click()
  const table = page.getByRole('table', { name: 'Messages of orders-dlq' })
  await expectRow(table, { 'Failed in': 'orders', Body: /^<order/ })
  await table.getByRole('row').filter({ hasText: '"b":1.10' }).getByRole('rowheader').getByRole('link').click()
  await expect(page.getByText('"b": 1.10', { exact: false })).toBeVisible()
  await expect(page.getByText('00 ff')).toBeVisible()
  await expect(page.getByText('verified').first()).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await a11y()
  }
  await page.getByRole('link', { name: 'Raw' }).click()
  await expect(page.getByText(`{"b":1.10,"a":["${hostile}"]}`).first()).toBeVisible()
  await page.getByRole('link', { name: /^(Next|Previous)$/ }).click()
  await expect(page.getByText('<item>a &amp; b</item>').first()).toBeVisible()
})

test('a message that is in no snapshot is not found', async ({ page, sqs }) => {
  await sqs.create('orders')
  expectStatus(await page.goto(`${messages}/gone`), 404)
  await expect(page.getByText('Look again to find the message')).toBeVisible()
})

test('messages are held, and each can be deleted, hidden or released', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  for (let order = 1; order <= 4; order += 1) await sqs.send('orders', { order })
  await page.goto(messages)
  await page.getByLabel('Hold up to').fill('4')
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(held(page, 4)).toBeVisible()
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0, inFlight: 4 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await a11y()
  }

  const table = page.getByRole('table', { name: 'Messages of orders' })
  const row = (order: number) => table.getByRole('row').filter({ hasText: `{"order":${order}}` })
  await row(1).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Release now' }).click()
  await expectNotice(page, /1\s+message released/)
  await expectRow(table, { Body: '{"order":1}', State: 'given back' })

  await row(2).getByRole('checkbox').check()
  await page.getByText('Delete…').click()
  await page.getByRole('button', { name: 'Delete the marked messages' }).click()
  await expectNotice(page, /1\s+message deleted/)

  await row(3).getByRole('checkbox').check()
  await page.getByText('Change visibility…').click()
  await page.getByLabel('Hide from now on for').fill('7200')
  await page.getByRole('button', { name: 'Change visibility' }).click()
  await expectRow(table, { Body: '{"order":3}', State: /held for (2|1)\s+h/ })
  expect(await sqs.depth('orders')).toMatchObject({ visible: 1, inFlight: 2 })

  await page.getByRole('button', { name: 'Release now' }).click()
  await expect(page.getByText('No message is marked')).toBeVisible()
})

test('Enter in the seconds changes the visibility, and what cannot be used loses no marks', async ({ page, sqs }) => {
  await sqs.create('orders')
  for (let order = 1; order <= 2; order += 1) await sqs.send('orders', { order })
  await page.goto(messages)
  await page.getByLabel('Hold up to').fill('2')
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(held(page, 2)).toBeVisible()
  const marks = page.getByRole('checkbox', { name: /^Mark [0-9a-f]{8}-/ })
  for (const mark of await marks.all()) await mark.check()
  await page.getByText('Change visibility…').click()
  const seconds = page.getByLabel('Hide from now on for')
  // Without the browser's own bounds: a server must not rely on them.
  await page.locator('form', { has: seconds }).evaluate((form: HTMLFormElement) => { form.noValidate = true })
  await seconds.fill('43201')
  await seconds.press('Enter')
  await expect(page.getByText('Hide them for 0 to 43').first()).toBeVisible()
  for (const mark of await marks.all()) await expect(mark).toBeChecked()
  await seconds.fill('7200')
  await seconds.press('Enter')
  const table = page.getByRole('table', { name: 'Messages of orders' })
  for (const order of [1, 2]) await expectRow(table, { Body: `{"order":${order}}`, State: /held for (2|1)\s+h/ })
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0, inFlight: 2 })
})

test('a delete that fails in part says which message it was and keeps it marked', async ({ page, sqs }) => {
  await sqs.create('orders')
  for (let order = 1; order <= 3; order += 1) await sqs.send('orders', { order })
  await page.goto(messages)
  await page.getByLabel('Hold up to').fill('3')
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(held(page, 3)).toBeVisible()
  await sqs.dials([{ operation: 'DeleteMessageBatch', count: 1, action: { fail_entries: { ids: ['0'], code: 'InternalError' } } }])
  const marks = page.getByRole('checkbox', { name: /^Mark [0-9a-f]{8}-/ })
  for (const mark of await marks.all()) await mark.check()
  await page.getByText('Delete…').click()
  await page.getByRole('button', { name: 'Delete the marked messages' }).click()
  await expectNotice(page, /2\s+messages deleted, 1 not/)
  await expect(page.getByText('failed: InternalError')).toBeVisible()
  await expect(marks).toHaveCount(1)
  await expect(marks).toBeChecked()
})

test('a hold shows what comes, and Stop ends its receiving', async ({ page, sqs, javaScriptEnabled }) => {
  await sqs.create('orders')
  await page.goto(messages)
  await page.getByLabel('Wait for more').fill('30')
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Receiving' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Look' })).toHaveCount(0)
  await sqs.send('orders', { order: 1 })
  // With a script the count comes by itself; without one the page loads itself again.
  await expect(page.getByText(/^1 of at most 100/)).toBeVisible({ timeout: javaScriptEnabled === false ? 8_000 : 5_000 })
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(held(page, 1)).toBeVisible({ timeout: 8_000 })
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0, inFlight: 1 })
})

test('an outage is no empty snapshot', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  await page.goto(messages)
  await sqs.dials([{ operation: 'ReceiveMessage', action: { answer: { code: 'AccessDenied' } } }])
  await page.getByRole('button', { name: 'Look' }).click()
  await expectNotice(page, 'AWS refused access')
  await expect(page.getByText('No snapshot of this queue')).toBeVisible()
  await a11y()
})

test('a message is opened beside its list, and its neighbours are those that match', async ({ page, sqs, a11y, javaScriptEnabled }) => {
  await sqs.create('orders')
  for (let order = 1; order <= 40; order += 1) {
    await sqs.send('orders', { order }, { attributes: { type: order % 2 ? 'OrderFailed' : 'OrderPaid' } })
  }
  await page.goto(messages)
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.getByText('given back at once')).toBeVisible()
  await page.goto(`${messages}?filter=attr.type%3AOrderFailed&sort=body%3Aorder`)
  const table = page.getByRole('table', { name: 'Messages of orders' })
  const row = (order: number) => table.getByRole('row').filter({ hasText: `{"order":${order}}` })
  await row(1).getByRole('checkbox').check()
  await row(31).getByRole('rowheader').getByRole('link').click()
  const inspector = page.getByRole('region', { name: /^Message [0-9a-f]{8}-/ })
  await expect(inspector.getByText(/^16\s+of\s+20\s+matching$/)).toBeVisible()
  await expect(inspector.getByText('"order": 31')).toBeVisible()
  await expect(row(31)).toHaveAttribute('aria-current', 'true')
  await expect(row(31)).toBeInViewport()
  await expect(inspector.getByRole('link', { name: 'Close' })).toBeInViewport()
  // A script keeps what was marked.
  await expect(row(1).getByRole('checkbox')).toBeChecked({ checked: javaScriptEnabled !== false })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await a11y()
  }

  await inspector.getByRole('link', { name: 'Next' }).click()
  await expect(inspector.getByText('"order": 33')).toBeVisible()
  await inspector.getByRole('link', { name: 'Raw' }).click()
  await expect(inspector.getByText('byte for byte')).toBeVisible()
  await expect(inspector.getByText('{"order":33}', { exact: true })).toBeVisible()
  await page.goBack()
  await expect(inspector.getByText('"order": 33')).toBeVisible()
  await inspector.getByRole('link', { name: 'Whole page' }).click()
  await expect(page.getByText(/^17\s+of\s+20\s+matching$/)).toBeVisible()
  await page.getByRole('link', { name: 'Previous' }).click()
  await expect(page.getByText('"order": 31')).toBeVisible()
  await page.getByRole('link', { name: 'All', exact: true }).click()
  await expect(table.getByRole('rowheader')).toHaveCount(20)

  await row(31).getByRole('rowheader').getByRole('link').click()
  await inspector.getByRole('link', { name: 'Close' }).click()
  await expect(inspector).toHaveCount(0)
  await expect(table.getByRole('rowheader')).toHaveCount(20)
  await expect(row(31)).toBeInViewport()
})

test('on a narrow screen a row leads to the page of its message', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  await sqs.send('orders', { order: 1 })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(messages)
  await page.getByRole('button', { name: 'Look' }).click()
  const link = page.getByRole('rowheader').getByRole('link')
  await expect(link).toHaveCount(1)
  const id = await link.getAttribute('title')
  await link.click()
  await expect(page).toHaveURL(new RegExp(`/messages/${id}$`))
  await expect(page.getByText('"order": 1')).toBeVisible()
  // An address that was copied from a wide screen shows the message in the place of the list.
  await page.goto(`${messages}?open=${id}`)
  await expect(page.getByRole('region', { name: `Message ${id}` })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Messages of orders' })).toBeHidden()
  await a11y()
})
