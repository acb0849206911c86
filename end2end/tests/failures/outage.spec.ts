// SQS refuses, throttles, hangs or is gone: each page says so with the right status, and never shows an empty list.

import { expect, test } from '../../console.ts'
import { expectStatus } from '../../expect.ts'

const answers = [
  { code: 'AccessDeniedException', status: 403, says: 'AWS refused access' },
  { code: 'RequestThrottled', status: 503, says: 'AWS is throttling this account' },
  { code: 'ExpiredToken', status: 502, says: 'AWS does not accept the credentials' },
  { code: 'InternalError', status: 502, says: 'SQS had a fault of its own' },
]

for (const { code, status, says } of answers) {
  test(`home says it when SQS answers ${code}`, async ({ page, sqs, a11y }) => {
    await sqs.dials([{ operation: 'ListQueues', action: { answer: { code } } }])
    expectStatus(await page.goto('/local'), status)
    await expect(page.locator('.notice')).toContainText(says)
    await expect(page.getByText('There are no queues here')).toHaveCount(0)
    await a11y()
    await sqs.dials([])
    // The failure of the list answers for a second, however many ask.
    await expect(async () => {
      await page.goto('/local')
      await expect(page.getByText('There are no queues here')).toBeVisible({ timeout: 500 })
    }).toPass()
  })
}

test('a queue that one may list but not read says so on its page', async ({ page, sqs }) => {
  await sqs.create('orders')
  await sqs.dials([{ operation: 'GetQueueAttributes', queue: 'orders', action: { answer: { code: 'AccessDeniedException' } } }])
  expectStatus(await page.goto('/local/queues/orders'), 403)
  await expect(page.getByRole('alert')).toContainText('AWS refused access')
  expectStatus(await page.goto('/local'), 200)
  await expect(page.getByRole('table', { name: 'All queues' })).toContainText('orders')
})

test('a missing right on tags hides nothing else', async ({ page, sqs }) => {
  await sqs.create('orders')
  await sqs.dials([{ operation: 'ListQueueTags', action: { answer: { code: 'AccessDeniedException' } } }])
  expectStatus(await page.goto('/local/queues/orders'), 200)
  await expect(page.getByText('AWS refused access')).toBeVisible()
  await expect(page.getByText('Visibility timeout')).toBeVisible()
})

test('a redrive whose answer is lost is reported as unknown, not as done', async ({ page, sqs }) => {
  await sqs.createWithDlq('orders')
  await sqs.deadLetters('orders', [1])
  await page.goto('/local/queues/orders-dlq/redrive')
  await sqs.dials([{ operation: 'StartMessageMoveTask', action: { drop: 'after' } }])
  await page.getByRole('button', { name: 'Start redrive' }).click()
  await expect(page.locator('.notice').first()).toContainText(/not known whether this was done/)
})
