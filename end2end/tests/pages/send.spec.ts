// Send: one message, typed or out of a file; what SQS answered; and the sentences beside what it would refuse.

import { expect, test } from '../../console.ts'
import { expectNotice } from '../../expect.ts'

test('a message is sent with its attributes, and the form keeps it for the next one', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  await page.goto('/local/queues/orders/send')
  await a11y()
  await page.getByLabel('Body').fill('{"order":1}\n☃')
  await page.getByText('Message attributes').click()
  const first = page.getByRole('group', { name: 'Attribute 1', exact: true })
  await first.getByLabel('Name').fill('weight')
  await first.getByLabel('Type').selectOption('Number')
  await first.getByLabel('Suffix').fill('kg')
  await first.getByLabel('Value').fill('1.5')
  await page.getByRole('button', { name: 'Send message' }).click()
  await expectNotice(page, 'Message sent')
  await expect(page.getByText('verified')).toBeVisible()
  await expect(page.getByLabel('Body')).toHaveValue('{"order":1}\n☃')
  await page.getByText('As a command').first().click()
  await expect(page.getByText('aws sqs send-message')).toBeVisible()
  await a11y()
  const [message] = await sqs.receive('orders')
  expect(message).toMatchObject({ Body: '{"order":1}\n☃', MessageAttributes: { weight: { DataType: 'Number.kg', StringValue: '1.5' } } })
})

test('a file is sent byte for byte', async ({ page, sqs }) => {
  await sqs.create('orders')
  await page.goto('/local/queues/orders/send')
  await page.getByLabel('Or a file').setInputFiles({ name: 'order.json', mimeType: 'application/json', buffer: Buffer.from('{\r\n\t"order": 1\r\n}') })
  await page.getByRole('button', { name: 'Send message' }).click()
  await expectNotice(page, 'Message sent')
  expect(await sqs.receive('orders')).toMatchObject([{ Body: '{\r\n\t"order": 1\r\n}' }])
})

test('what SQS would refuse is said beside its field, and nothing is sent', async ({ page, sqs, a11y }) => {
  await sqs.create('orders')
  await page.goto('/local/queues/orders/send')
  const hostile = 'bell \u0007 </textarea><script>alert(1)</script>'
  await page.getByLabel('Body').fill(hostile)
  await page.getByText('Group and trace header').click()
  await page.getByLabel('Trace header').fill('Root=1')
  await page.getByRole('button', { name: 'Send message' }).click()
  await expectNotice(page, 'Some of what was entered cannot be used')
  await expect(page.getByLabel('Body')).toHaveAccessibleDescription(/Character 6 \(line 1, column 6\) is U\+0007/)
  await expect(page.getByLabel('Body')).toHaveValue(hostile)
  await expect(page.getByLabel('Trace header')).toHaveAccessibleDescription(/X-Ray/)
  await a11y()
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0 })
})

test('a FIFO queue asks for a group, and a duplicate is told from a sent message', async ({ page, sqs }) => {
  await sqs.create('trades.fifo')
  await page.goto('/local/queues/trades.fifo/send')
  await expect(page.getByText('FIFO knows no delay per message')).toBeVisible()
  await page.getByLabel('Body').fill('{"trade":"T-1"}')
  await page.getByLabel('Message group id').fill('T-1')
  await page.getByLabel('Deduplication id').fill('T-1-received')
  await page.getByRole('button', { name: 'Send message' }).click()
  await expectNotice(page, 'Message sent')
  await expect(page.getByText('Sequence number')).toBeVisible()
  await expect(page.getByLabel('Deduplication id')).toHaveAccessibleDescription(/was just sent/)
  await page.getByRole('button', { name: 'Send message' }).click()
  await expectNotice(page, 'Accepted, but not delivered')
  expect(await sqs.depth('trades.fifo')).toMatchObject({ visible: 1 })
})

test.describe('read-only', () => {
  test.use({ redriveArgs: ['--read-only'] })

  test('the button says why it cannot be pressed', async ({ page, sqs }) => {
    await sqs.create('orders')
    await page.goto('/local/queues/orders/send')
    await expect(page.getByRole('button', { name: 'Send message' })).toHaveAccessibleDescription('The console is read-only')
  })
})
