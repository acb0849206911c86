// Who is lost leaves nothing hidden for longer than its page promised: a console that was killed, a browser that was
// killed, a network that is gone without a word. SQS itself, a process of its own here, is the witness.

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

import type { Page } from '@playwright/test'

import { expect, test } from '../../console.ts'
import type { Sqs } from '../../sqs.ts'

const MESSAGES = '/aws/queues/orders/messages'

test.use({ apart: true })

/** Nothing is hidden; every one of these can be received, and nothing but receiving and hiding ever happened to them. */
async function expectAllVisible(sqs: Sqs, ids: string[]): Promise<void> {
  expect(await sqs.depth('orders')).toEqual({ visible: ids.length, inFlight: 0, delayed: 0 })
  expect((await sqs.receiveAll('orders')).sort()).toEqual([...ids].sort())
  expect((await sqs.effects()).filter(({ effect }) => !['sent', 'received', 'hidden'].includes(effect))).toEqual([])
}

/** Until when SQS hides the last of the messages. */
async function hiddenUntil(sqs: Sqs): Promise<number> {
  const last = new Map((await sqs.effects()).map(({ message_id, until }) => [message_id, until ?? 0]))
  return Math.max(...last.values())
}

async function hold(page: Page, upTo: number, console = ''): Promise<void> {
  await page.goto(console + MESSAGES)
  await page.getByLabel('Hold up to').fill(String(upTo))
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
}

test.describe('a console that is killed', () => {
  test.use({ expectedConsole: [/ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|NETWORK_CHANGED)/] })

  test('in the middle of a look: everything is visible again within 30 s', async ({ page, sqs, redrive }) => {
    test.setTimeout(75_000)
    await sqs.create('orders')
    const ids = await sqs.sendMany('orders', 500)
    await sqs.dials([{ operation: 'ReceiveMessage', action: { delay: { ms: 200 } } }])
    await page.goto(MESSAGES)
    const looked = page.getByRole('button', { name: 'Look' }).click({ noWaitAfter: true }).catch(() => undefined)
    await expect.poll(async () => (await sqs.depth('orders')).inFlight, { intervals: [20] }).toBeGreaterThan(100)
    await redrive.kill()
    const killed = Date.now()
    await looked
    const { visible, inFlight } = await sqs.depth('orders')
    expect(visible, 'it was in the middle').toBeGreaterThan(0)
    expect(inFlight).toBeGreaterThan(100)
    expect((await hiddenUntil(sqs)) - killed).toBeLessThanOrEqual(30_500)
    // In true time: this once a person's clock is what counts.
    await expect.poll(async () => (await sqs.depth('orders')).inFlight, { timeout: 31_000, intervals: [250] }).toBe(0)
    expect(Date.now() - killed).toBeLessThan(31_000)
    await sqs.dials([])
    await expectAllVisible(sqs, ids)
  })

  test('in the middle of a hold: within two minutes', async ({ page, sqs, redrive }) => {
    await sqs.create('orders')
    const ids = await sqs.sendMany('orders', 300)
    await sqs.dials([{ operation: 'ReceiveMessage', action: { delay: { ms: 100 } } }])
    await hold(page, 300)
    await expect.poll(async () => (await sqs.depth('orders')).inFlight, { intervals: [20] }).toBeGreaterThan(100)
    await redrive.kill()
    const killed = await sqs.clock()
    expect((await sqs.depth('orders')).visible, 'it was in the middle').toBeGreaterThan(0)
    expect((await hiddenUntil(sqs)) - killed).toBeLessThanOrEqual(120_500)
    await sqs.dials([])
    await sqs.clock(120_500)
    await expectAllVisible(sqs, ids)
  })

  test('while it renews what it holds: within two minutes of its last word', async ({ page, sqs, redrive }) => {
    await sqs.create('orders')
    const ids = await sqs.sendMany('orders', 200)
    await hold(page, 200)
    await expect(page.getByText('held until')).toBeVisible({ timeout: 10_000 })
    await sqs.dials([{ operation: 'ChangeMessageVisibilityBatch', action: { delay: { ms: 100 } } }])
    const before = (await sqs.effects()).at(-1)!.seq
    const extended = page.getByRole('button', { name: 'Extend' }).click({ noWaitAfter: true }).catch(() => undefined)
    await expect.poll(async () => (await sqs.effects(before)).length, { intervals: [20] }).toBeGreaterThanOrEqual(50)
    await redrive.kill()
    await extended
    const killed = await sqs.clock()
    expect((await sqs.effects(before)).length, 'it was in the middle').toBeLessThan(200)
    expect((await hiddenUntil(sqs)) - killed).toBeLessThanOrEqual(120_500)
    await sqs.dials([])
    await sqs.clock(120_500)
    await expectAllVisible(sqs, ids)
  })
})

test('a browser that is killed: within 10 s', async ({ playwright, sqs, redrive, launchOptions }) => {
  await sqs.create('orders')
  const ids = await sqs.sendMany('orders', 20)
  const server = await playwright.chromium.launchServer(launchOptions)
  const browser = await playwright.chromium.connect(server.wsEndpoint())
  const page = await browser.newPage({ baseURL: redrive.url })
  await hold(page, 20)
  await expect(page.getByText('held until')).toBeVisible({ timeout: 10_000 })
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open')
  expect((await sqs.depth('orders')).inFlight).toBe(20)
  await server.kill()
  const killed = Date.now()
  await expect.poll(async () => (await sqs.depth('orders')).inFlight, { timeout: 13_000 }).toBe(0)
  // Giving back what a page that is only loaded again would need is not what is wanted either.
  expect(Date.now() - killed).toBeGreaterThan(8_000)
  await expectAllVisible(sqs, ids)
})

const far = test.extend<{ network: Network }>({
  network: async ({}, use) => {
    const network = await openNetwork()
    await use(network)
    network.close()
  },
  redriveArgs: async ({ network }, use) => use(['--allow-host', new URL(network.url).host]),
})

far('a network that is lost without a word, behind a tunnel that goes on: within 45 s', async ({ page, sqs, redrive, network }) => {
  test.setTimeout(90_000)
  await sqs.create('orders')
  const ids = await sqs.sendMany('orders', 20)
  network.leadTo(redrive.url)
  await hold(page, 20, network.url)
  await expect(page.getByText('held until')).toBeVisible({ timeout: 10_000 })
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open')
  network.lose()
  const lost = Date.now()
  await expect.poll(async () => (await sqs.depth('orders')).inFlight, { timeout: 45_000, intervals: [250] }).toBe(0)
  expect(Date.now() - lost).toBeGreaterThan(8_000)
  await expect(page.locator('html')).toHaveAttribute('data-live', 'offline', { timeout: 30_000 })
  await expectAllVisible(sqs, ids)
})

test('a page whose network stays keeps what it holds, and nobody sees that it is asked whether it is there', async ({ page, sqs }) => {
  test.setTimeout(90_000)
  await sqs.create('orders')
  await sqs.sendMany('orders', 5)
  await hold(page, 5)
  await expect(page.getByText('held until')).toBeVisible({ timeout: 10_000 })
  await expect(page.locator('html')).toHaveAttribute('data-live', 'open')
  const opened = page.waitForRequest(/\/events\?/, { timeout: 40_000 })
  const words = page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const seen: string[] = []
        new MutationObserver(() => seen.push(document.documentElement.dataset.live ?? '')).observe(document.documentElement, { attributeFilter: ['data-live'] })
        setTimeout(() => resolve(seen), 45_000)
      }),
  )
  await opened
  expect(await words).toEqual([])
  expect(await sqs.depth('orders')).toMatchObject({ visible: 0, inFlight: 5 })
})

interface Network {
  url: string
  /** Where it leads to; before that nobody answers. */
  leadTo: (url: string) => void
  /** As a cable that is cut: what is under way never arrives, and neither end is told. */
  lose: () => void
  close: () => void
}

/** A way to a server that can be lost. */
async function openNetwork(): Promise<Network> {
  const sockets: Socket[] = []
  let port = 0
  let lost = false
  const gate = createServer({ allowHalfOpen: true }, (near) => {
    sockets.push(near)
    near.on('error', () => undefined)
    if (lost) return
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    sockets.push(far)
    far.on('error', () => undefined)
    near.on('data', (data) => lost || far.write(data)).on('end', () => lost || far.end())
    far.on('data', (data) => lost || near.write(data)).on('end', () => lost || near.end())
  })
  gate.listen(0, '127.0.0.1')
  await once(gate, 'listening')
  return {
    url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    leadTo: (url) => void (port = Number(new URL(url).port)),
    lose: () => void (lost = true),
    close: () => {
      for (const socket of sockets) socket.destroy()
      gate.close()
    },
  }
}
