// Edit & resend: a message that its consumer cannot take is mended as text, a set of them by a few operations. What is seen
// in the preview is what is sent, and the original goes last.

import type { Page } from '@playwright/test'

import { expect, test } from '../../console.ts'
import { HOSTILE } from '../../hostile.ts'

const ATTRIBUTES = { attributes: { ERROR_CODE: '400', tenant: 'north' } }

/** Opens the dead letters of `orders` and the page of the first of them. */
async function open(page: Page): Promise<void> {
  // A look is refused for a moment after another one.
  await expect(async () => {
    await page.goto('/local/queues/orders-dlq/messages')
    await page.getByRole('button', { name: 'Look' }).click()
    await expect(page.getByText('This queue was looked at a moment ago')).toHaveCount(0)
  }).toPass({ timeout: 15_000 })
  const id = await page.getByRole('rowheader').getByRole('link').first().getAttribute('title')
  await page.goto(`/local/queues/orders-dlq/messages/${id}`)
}

test('a message is edited, looked at, sent, and the original is gone', async ({ page, sqs, a11y, javaScriptEnabled }) => {
  test.slow()
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  await sqs.deadLetters('orders', [{ order: 1, amount: '12,50' }], ATTRIBUTES)
  await open(page)
  await page.getByRole('link', { name: 'Edit & resend…' }).click()
  await expect(page.getByRole('heading', { name: 'Edit & resend' })).toBeVisible()
  await a11y()
  const body = page.getByRole('textbox', { name: 'Body' })
  await expect(body).toHaveValue('{"order":1,"amount":"12,50"}')
  if (javaScriptEnabled !== false) {
    await body.fill('{"order":1 "amount":12.50}')
    await expect(page.getByText('Line 1, column 12: A comma is missing before this.')).toBeVisible()
    await page.getByRole('button', { name: 'Go there' }).click()
    await expect(body).toBeFocused()
    await page.keyboard.type(',')
    await body.fill('{"order":1,"amount":12.50}')
    await page.getByRole('button', { name: 'Format' }).click()
    await expect(body).toHaveValue('{\n  "order": 1,\n  "amount": 12.50\n}')
    await page.getByRole('button', { name: 'Minify' }).click()
  } else {
    await expect(page.getByRole('button', { name: 'Format' })).toHaveCount(0)
    await body.fill('{"order":1,"amount":12.50}')
  }
  await expect(body).toHaveValue('{"order":1,"amount":12.50}')
  await page.getByRole('group', { name: 'Attribute 3', exact: true }).getByLabel('Name').fill('mended')
  await page.getByRole('group', { name: 'Attribute 3', exact: true }).getByLabel('Value').fill('yes')
  if (javaScriptEnabled !== false) await body.press('Control+Enter')
  else await page.getByRole('button', { name: 'Preview' }).click()

  await expect(page.getByRole('heading', { name: 'What will happen' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Difference' })).toContainText('"amount": 12.50')
  await expect(page.getByRole('row', { name: /mended/ })).toContainText('added')
  await a11y()
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0, inFlight: 0 })
  await page.getByRole('button', { name: 'Send the copy and delete the original' }).click()
  await expect(page).toHaveURL(/\/local\/redrives\//)
  await expect(async () => expect(await sqs.depth('orders')).toMatchObject({ visible: 1 })).toPass({ timeout: 15_000 })
  await expect(async () => expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 0, inFlight: 0 })).toPass({ timeout: 15_000 })
  const [copy] = await sqs.receive('orders')
  expect(copy).toMatchObject({
    Body: '{"order":1,"amount":12.50}',
    MessageAttributes: { ERROR_CODE: { StringValue: '400' }, tenant: { StringValue: 'north' }, mended: { DataType: 'String', StringValue: 'yes' } },
  })
})

test('a copy that fails again says that it was edited', async ({ page, sqs, a11y }) => {
  test.slow()
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  await sqs.deadLetters('orders', ['broken'])
  await open(page)
  await page.getByRole('link', { name: 'Edit & resend…' }).click()
  await page.getByRole('textbox', { name: 'Body' }).fill('broken still')
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('button', { name: /^Send the copy/ }).click()
  await expect(async () => expect(await sqs.depth('orders')).toMatchObject({ visible: 1 })).toPass({ timeout: 15_000 })
  await expect(async () => expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 0, inFlight: 0 })).toPass({ timeout: 15_000 })
  for (let n = 0; n < 2; n++) await sqs.receive('orders', { visibilityTimeout: 0 })
  await expect(async () => expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 1 })).toPass({ timeout: 15_000 })
  await open(page)
  await expect(page.getByText('edited by local user').first()).toBeVisible()
  await a11y()
  await page.getByRole('link', { name: 'All', exact: true }).click()
  await expect(page.getByRole('rowheader').getByRole('link', { name: /edited by local user/ })).toBeVisible()
  await page.getByRole('rowheader').getByRole('link', { name: /edited by local user/ }).click()
  await expect(page).toHaveURL(/\/local\/redrives\//)
})

test('mistakes stand beside their fields, and nothing typed is lost', async ({ page, sqs, a11y }) => {
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  await sqs.deadLetters('orders', [{ order: 1 }], ATTRIBUTES)
  await open(page)
  await page.getByRole('link', { name: 'Edit & resend…' }).click()
  const hostile = 'bell \u0007 </textarea><script>window.__hacked=1</script>'
  await page.getByRole('textbox', { name: 'Body' }).fill(hostile)
  await page.getByText('Group, deduplication and trace').click()
  await expect(page.getByRole('textbox', { name: 'Message group id' })).toBeHidden()
  await page.getByRole('checkbox', { name: /^Unlock/ }).check()
  await page.getByRole('textbox', { name: 'Message group id' }).fill('a b')
  await page.getByRole('radio', { name: 'To another queue' }).check()
  await page.getByRole('textbox', { name: 'The other queue' }).fill('nowhere at all')
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText(/Character 6 .* is U\+0007/)).toBeVisible()
  await expect(page.getByText(/this one has a space/)).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Body' })).toHaveValue(hostile)
  await expect(page.getByRole('textbox', { name: 'Message group id' })).toHaveValue('a b')
  await expect(page.getByRole('textbox', { name: 'The other queue' })).toHaveValue('nowhere at all')
  await a11y()
  // The way back from a preview finds what was typed, too.
  await page.getByRole('textbox', { name: 'Body' }).fill('mended')
  await page.getByRole('textbox', { name: 'Message group id' }).fill('g2')
  await page.getByRole('radio', { name: 'Back to orders' }).check()
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('The copy is no JSON any more')).toBeVisible()
  await page.getByRole('link', { name: 'Back to the editor' }).click()
  await expect(page.getByRole('textbox', { name: 'Body' })).toHaveValue('mended')
  await expect(page.getByRole('textbox', { name: 'Message group id' })).toHaveValue('g2')
  expect(await page.evaluate(() => (window as unknown as { __hacked?: number }).__hacked)).toBeUndefined()
})

test('XML that is none any more is told in the preview', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  await sqs.deadLetters('orders', ['<order>\n  <amount>12,50</amount>\n</order>'])
  await open(page)
  await page.getByRole('link', { name: 'Edit & resend…' }).click()
  await page.getByRole('textbox', { name: 'Body' }).fill('<order><amount>12.50</order>')
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('The copy is no well-formed XML any more')).toBeVisible()
})

test('a set is edited by a few operations, byte for byte around them', async ({ page, sqs, a11y }) => {
  test.setTimeout(180_000)
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  await sqs.deadLetters('orders', ['{"id": 1.50, "amount":"1"}', '{"id":2,"amount":12.0}', 'no JSON'])
  await page.goto('/local/queues/orders-dlq/messages')
  await page.getByRole('button', { name: 'Look' }).click()
  await page.getByRole('button', { name: 'Act on all…' }).click()
  await page.getByRole('link', { name: 'Edit all…' }).click()
  await a11y()
  const row = (n: number) => page.getByRole('group', { name: `Operation ${n}`, exact: true })
  await row(1).getByLabel('Place or text').fill('amount')
  await row(1).getByLabel(/^Value/).fill('twelve')
  await row(2).getByLabel('Operation').selectOption('rename')
  await row(2).getByLabel('Place or text').fill('id')
  await row(2).getByLabel(/^Value/).fill('number')
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('a text stands in quotation marks, "twelve".')).toBeVisible()
  await a11y()
  await row(1).getByLabel(/^Value/).fill('12.0')
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByRole('table', { name: 'Messages that cannot be edited' })).toContainText('no JSON')
  await expect(page.getByRole('region', { name: /^Difference of/ }).first()).toContainText('"number"')
  await a11y()
  await page.getByRole('button', { name: 'Send 2 copies and delete the originals' }).click()
  await expect(async () => expect(await sqs.depth('orders')).toMatchObject({ visible: 2 })).toPass({ timeout: 15_000 })
  await expect(async () => expect(await sqs.depth('orders-dlq')).toMatchObject({ visible: 1, inFlight: 0 })).toPass({ timeout: 15_000 })
  const copies = await sqs.receive('orders')
  expect(copies.map((copy) => String(copy.Body)).sort()).toEqual(['{"number": 1.50, "amount":12.0}', '{"number":2,"amount":12.0}'])
})

test('whatever a message holds is text in the editor and in the preview', async ({ page, sqs }) => {
  test.slow()
  await sqs.createWithDlq('orders', { maxReceiveCount: 1 })
  const body = HOSTILE.filter((text) => !text.includes('\r')).join('\n')
  await sqs.deadLetters('orders', [body], { attributes: { note: HOSTILE[0]! } })
  await open(page)
  await page.getByRole('link', { name: 'Edit & resend…' }).click()
  await expect(page.getByRole('textbox', { name: 'Body' })).toHaveValue(body)
  await page.getByRole('textbox', { name: 'Body' }).fill(`${body}\nand more`)
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByRole('heading', { name: 'What will happen' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Difference' })).toContainText('and more')
  expect(await page.evaluate(() => (window as unknown as { __hacked?: number }).__hacked)).toBeUndefined()
})
