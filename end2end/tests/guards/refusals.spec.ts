// What the console refuses before a page or a form handler sees the request.

import { expect, test } from '../../console.ts'
import { send } from '../../raw.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

test('another host name is not answered, so a name that was rebound to loopback reads nothing', async ({ redrive }) => {
  for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', `localhost.${new URL(redrive.url).host}`]) {
    const answer = await send(redrive.url, { headers: { host } })
    expect(answer.status, host).toBe(421)
    expect(answer.text).not.toContain('<form')
  }
})

test('a form of another site changes nothing', async ({ redrive, sqs }) => {
  await sqs.create('orders')
  const own = redrive.url
  const foreign: Record<string, string>[] = [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: own },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  ]
  for (const headers of foreign) {
    const answer = await send(`${own}/api/queues/delete`, { method: 'POST', headers: { ...FORM, ...headers }, body: 'connection=local&queue=orders&delete=orders' })
    expect(answer.status, JSON.stringify(headers)).toBe(403)
  }
  expect(await sqs.depth('orders')).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
})

test('another site cannot embed or read a page', async ({ redrive }) => {
  const embed = await send(redrive.url, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' } })
  expect(embed.status).toBe(403)
})

test('every answer carries the headers that keep a page to itself', async ({ redrive }) => {
  for (const path of ['/', '/healthz', '/no/such/page', '/pkg/no-such-file.js']) {
    const { headers } = await send(`${redrive.url}${path}`)
    expect(headers['content-security-policy'], path).toContain("default-src 'none'")
    expect(headers['content-security-policy'], path).not.toContain('unsafe-inline')
    expect(headers['x-content-type-options'], path).toBe('nosniff')
    expect(headers['x-frame-options'], path).toBe('DENY')
    expect(headers['referrer-policy'], path).toBe('same-origin')
  }
})
