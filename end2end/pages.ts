// Every page there is, with something to show on it. A new page is added here, and is looked at from then on.

import type { Sqs } from './sqs.ts'

export interface ConsolePage {
  /** Names the test and its pictures. */
  name: string
  path: string
  /** Makes what the page is about. */
  seed: (sqs: Sqs) => Promise<unknown>
}

const HOSTILE = '<script>alert(1)</script> "quoted" & \u202eright to left\u202c 🦀'

/** A shop: a busy queue, its failures, a FIFO queue, an idle one. */
async function shop(sqs: Sqs): Promise<void> {
  await sqs.createWithDlq('orders', { VisibilityTimeout: 45 })
  await sqs.createWithDlq('trades.fifo')
  await sqs.create('pricing', {}, { team: 'markets' })
  for (let order = 1; order <= 12; order += 1) await sqs.send('orders', { order, note: HOSTILE }, { attributes: { origin: 'web' } })
  await sqs.deadLetters('orders', [{ order: 99 }, 'not { JSON', HOSTILE])
  await sqs.send('trades.fifo', { trade: 'T-1', status: 'received' }, { groupId: 'T-1' })
}

const at = (name: string, path: string, seed = shop): ConsolePage => ({ name, path: `/local${path}`, seed })

export const PAGES: ConsolePage[] = [
  at('home', ''),
  at('home-empty', '', async () => {}),
  at('queue', '/queues/orders'),
  at('queue-dlq', '/queues/orders-dlq'),
  at('queue-fifo', '/queues/trades.fifo'),
  at('queue-unknown', '/queues/no-such-queue'),
  at('messages', '/queues/orders/messages'),
  at('send', '/queues/orders/send'),
  at('send-fifo', '/queues/trades.fifo/send'),
  at('settings', '/queues/orders/settings'),
  at('settings-fifo', '/queues/trades.fifo/settings'),
  at('new-queue', '/new-queue'),
  at('redrive', '/queues/orders-dlq/redrive'),
  at('redrives', '/redrives'),
  at('redrive-unknown', '/redrives/no-such-redrive'),
  at('danger', '/queues/orders/danger'),
  at('danger-dlq', '/queues/orders-dlq/danger'),
  at('activity', '/activity'),
]
