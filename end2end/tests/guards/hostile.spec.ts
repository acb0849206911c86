// Hostile texts through everything that shows, sends or writes them: nothing runs, nothing is fetched from elsewhere, no
// markup comes of them, and each page can still be used. The console's policy would stop most; so it is asked, too,
// whether there is anything to stop.

import { expect as plain, type Page } from '@playwright/test'

import { expect, test as base } from '../../console.ts'
import { HOSTILE } from '../../hostile.ts'
import type { Sqs } from '../../sqs.ts'

declare global {
  interface Window {
    __hacked?: unknown
    /** What a document has that no page of the console has. */
    __strange: (root: Document) => string[]
  }
}

/** Short enough for several in one address. */
const SHORT = HOSTILE.filter((text) => text.length <= 300)
const QUEUE = '/local/queues/orders'

interface Form {
  endpoint: string
  fields: Record<string, string>
  multipart?: boolean
}

interface Fixtures {
  /** Loads an address, and looks at what came. */
  visit: (path: string) => Promise<void>
  /** Fetches many addresses, and sends many forms, as the page that is open would; looks at each document that answers. Gives their texts. */
  ask: (asked: (string | Form)[]) => Promise<string[]>
  /** Watches for what runs; runs for every test. */
  watched: void
}

const test = base.extend<Fixtures>({
  watched: [
    async ({ context, page, redrive }, use) => {
      const happened: string[] = []
      context.on('request', (request) => {
        if (!request.url().startsWith(`${redrive.url}/`)) happened.push(`asked for ${request.url()}`)
      })
      context.on('page', (other) => void happened.push(`opened ${other.url()}`))
      page.on('dialog', (dialog) => {
        happened.push(`asked “${dialog.message()}”`)
        void dialog.dismiss()
      })
      page.on('download', (download) => void happened.push(`downloaded ${download.url()}`))
      await context.addInitScript(() => {
        const never = 'iframe object embed base applet frame frameset math marquee video audio plaintext xmp listing keygen image img foreignobject animate set template slot bgsound style font isindex'
        const leads = ['href', 'src', 'action', 'formaction', 'xlink:href', 'ping', 'srcset', 'background', 'poster', 'data', 'srcdoc']
        window.__strange = (root) => {
          const strange: string[] = []
          for (const element of root.querySelectorAll('*')) {
            const name = element.localName
            const odd = (what: string) => strange.push(`${what} in ${element.outerHTML.slice(0, 200)}`)
            if (never.split(' ').includes(name)) odd(`<${name}>`)
            if (name === 'script' && !((element as HTMLScriptElement).nonce || element.getAttribute('nonce'))) odd('a script without a nonce')
            if (name === 'meta' && element.hasAttribute('http-equiv') && !/^\d+; url=\/local/.test(element.getAttribute('content') ?? '')) odd('a meta')
            for (const { name: attribute, value } of element.attributes) {
              if (/^on|^style$/i.test(attribute)) odd(attribute)
              if (!leads.includes(attribute)) continue
              // An empty address is the page's own.
              const leadsTo = new URL(value, location.href)
              if (leadsTo.origin !== location.origin && !value.startsWith('https://docs.aws.amazon.com/')) odd(attribute)
            }
          }
          return strange
        }
      })
      await use()
      plain(happened, 'something ran').toEqual([])
    },
    { auto: true },
  ],

  visit: async ({ page }, use) =>
    use(async (path) => {
      await test.step(path, () => page.goto(path, { waitUntil: 'domcontentloaded' }))
      await expectHarmless(page, path)
    }),

  ask: async ({ page }, use) =>
    use(async (asked) => {
      const answers = await page.evaluate(async (asked) => {
        const answers: { strange: string[]; text: string }[] = []
        const one = async (ask: string | Form) => {
          const headers = { accept: 'text/html' }
          let answer: Response
          if (typeof ask === 'string') {
            answer = await fetch(ask, { headers })
          } else {
            const form = new FormData()
            for (const [name, value] of Object.entries(ask.fields)) form.append(name, value)
            answer = await fetch(`/api/${ask.endpoint}`, { method: 'POST', body: ask.multipart ? form : new URLSearchParams(ask.fields), headers })
          }
          const shown = new DOMParser().parseFromString(await answer.text(), 'text/html')
          const fields = [...shown.querySelectorAll('input, textarea')].map((field) => (field as HTMLInputElement).value)
          return { strange: window.__strange(shown), text: [shown.body.textContent, ...fields].join('\n') }
        }
        const next = asked.entries()
        await Promise.all(
          Array.from({ length: 3 }, async () => {
            for (const [n, ask] of next) answers[n] = await one(ask)
          }),
        )
        return answers
      }, asked)
      for (const [n, { strange }] of answers.entries()) plain(strange, JSON.stringify(asked[n])).toEqual([])
      return answers.map(({ text }) => text)
    }),
})

// What is not found or cannot be used is answered with a status that says so.
test.use({ expectedConsole: [/the server responded with a status of 4\d\d/], trace: 'off' })

async function expectHarmless(page: Page, what: string): Promise<void> {
  const { strange, hacked, prototype } = await page.evaluate(() => ({
    strange: window.__strange(document),
    hacked: window.__hacked,
    prototype: Object.keys(Object.prototype),
  }))
  plain({ strange, hacked, prototype }, what).toEqual({ strange: [], hacked: undefined, prototype: [] })
}

/** A person can still work with the page. */
async function expectUsable(page: Page): Promise<void> {
  await page.getByLabel('Theme').click()
  await expect(page.getByRole('button', { name: 'Dark' })).toBeVisible()
}

async function look(page: Page, queue: string): Promise<void> {
  await page.goto(`/local/queues/${queue}/messages`)
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.getByRole('table', { name: `Messages of ${queue}` })).toBeVisible({ timeout: 15_000 })
}

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))

/** What of a text is found again wherever it is shown: the beginning of its first line. */
const first = (text: string): string => text.trim().split(/[\r\n]/)[0]!.slice(0, 20)

/** Each string as a body, as an attribute, as key and value of JSON, and as what an error says. */
async function seed(sqs: Sqs): Promise<string[]> {
  await sqs.create('orders', {}, { __proto__x: 'constructor', 'a@b': '=1+1' })
  const bodies = HOSTILE.map((text) => ({ body: text, attributes: { note: text } }))
  const keyed = HOSTILE.map((text, n) => ({
    body: JSON.stringify({ kind: `k${n % 9}`, text, [text]: { text } }),
    attributes: { ERROR_CODE: String(n % 5), ERROR_MESSAGE: text },
  }))
  return sqs.sendAll('orders', [...bodies, ...keyed])
}

test('in lists, facets, columns, causes and groups', async ({ page, sqs, visit }) => {
  test.slow()
  await seed(sqs)
  await sqs.create('groups.fifo')
  const groups = [...new Set(HOSTILE.map((text) => text.replace(/[^!-~]/g, '').slice(0, 128)).filter((group) => group !== ''))]
  expect(groups.length).toBeGreaterThan(200)
  await sqs.sendAll('groups.fifo', groups.map((groupId) => ({ body: groupId, groupId })))
  await look(page, 'groups.fifo')
  for (const query of ['', '?view=groups', '?columns=group,body,dedup&page=2', '?filter=group:%22%3Cscript%3E%22']) {
    await visit(`/local/queues/groups.fifo/messages${query}`)
  }
  await expectUsable(page)

  await page.goto(`${QUEUE}/messages`)
  await page.getByLabel('Up to', { exact: true }).selectOption('1000')
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.getByText(new RegExp(`${2 * HOSTILE.length}\\s+messages`)).first()).toBeVisible({ timeout: 20_000 })
  const pages = Math.ceil((2 * HOSTILE.length) / 100)
  for (let n = 1; n <= pages; n += 1) await visit(`${QUEUE}/messages?columns=sent,body,attr:note,attr:ERROR_MESSAGE,body.text&page=${n}`)
  for (const by of ['', 'body.text', 'attr.note', 'source', 'shape']) await visit(`${QUEUE}/messages?view=causes&by=${by}`)
  for (const sort of ['body', '-attr:note', 'body.text', '-body.kind']) await visit(`${QUEUE}/messages?sort=${sort}`)
  await visit(`${QUEUE}/messages?columns=body&page=1`)
  await expect(page.getByText('<script>window.__hacked=1</script>', { exact: true }).first()).toBeAttached()
  await expectUsable(page)
  await visit(QUEUE)
})

test('on the page of a message, layer by layer, and compared', async ({ page, sqs, visit, ask }) => {
  test.slow()
  await sqs.create('orders')
  const whole = await sqs.sendAll('orders', HOSTILE.map((body) => ({ body, attributes: { note: body } })))
  // Ten in the attributes and as many in the body, so that few pages show all.
  const several = await sqs.sendAll('orders', chunks(HOSTILE, 10).map((texts) => ({
    body: texts.join('\n'),
    attributes: Object.fromEntries(texts.map((text, n) => [`note${n}`, text])),
  })))
  const sns = (text: string, message = text) =>
    JSON.stringify({ Type: 'Notification', MessageId: text, TopicArn: `arn:aws:sns:us-east-1:1:${text}`, Subject: text, Message: message, Timestamp: text })
  const bridge = (text: string) => JSON.stringify({ version: '0', id: text, 'detail-type': text, source: text, account: text, time: text, region: text, resources: [text], detail: { text, [text]: text } })
  const all = SHORT.join('\n')
  const layers = [
    { body: sns(all) },
    { body: bridge(all) },
    { body: sns(SHORT[0]!, bridge(all)) },
    { body: JSON.stringify(Object.fromEntries(HOSTILE.map((text) => [text, { [text]: text }]))) },
    { body: `<order note="${all.replace(/[<&"]/g, '')}"><![CDATA[${all.replaceAll(']]>', '')}]]></order>` },
    { body: Buffer.from(all).toString('base64') },
    { body: all },
    { body: [...SHORT].reverse().join('\n') },
    { body: JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: '<b>', s3: { bucket: { name: '<img src=x onerror=window.__hacked=1>' }, object: { key: all } } }] }) },
  ]
  const layered: string[] = []
  for (const message of layers) layered.push(...(await sqs.sendAll('orders', [message])))
  await page.goto(`${QUEUE}/messages`)
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.getByRole('table', { name: 'Messages of orders' })).toBeVisible({ timeout: 15_000 })
  const texts = await ask(whole.map((id) => `${QUEUE}/messages/${id}?view=raw`))
  for (const [n, text] of texts.entries()) plain(text.includes(first(HOSTILE[n]!)), JSON.stringify(HOSTILE[n])).toBe(true)
  for (const id of several) await visit(`${QUEUE}/messages/${id}`)
  await expectUsable(page)
  for (const id of layered) {
    await visit(`${QUEUE}/messages/${id}`)
    await ask(['?view=raw', '?layer=1', '?layer=2'].map((query) => `${QUEUE}/messages/${id}${query}`))
  }
  const [, , , , , , straight, reversed] = layered
  for (const view of ['', '&view=unified']) await visit(`${QUEUE}/compare?a=${straight}&b=${reversed}${view}`)
  await ask(whole.slice(1).map((id, n) => `${QUEUE}/compare?a=${whole[n]}&b=${id}`))
  await expectUsable(page)
})

test('in addresses', async ({ page, sqs, visit, ask }) => {
  test.slow()
  await sqs.create('orders')
  await sqs.send('orders', { order: 1 })
  await look(page, 'orders')
  const encoded = (text: string) => encodeURIComponent(text)
  const echoes = await ask(HOSTILE.map((text) => `${QUEUE}/messages?filter=${encoded(text)}`))
  // A field of one line has no line ends.
  for (const [n, text] of HOSTILE.entries()) plain(echoes[n]!.includes(text.replace(/[\r\n]/g, '')), JSON.stringify(text)).toBe(true)
  for (const texts of chunks(SHORT, 8)) await visit(`${QUEUE}/messages?filter=${encoded(texts.join(' '))}`)
  await expectUsable(page)
  const names = ['sort', 'columns', 'by', 'view', 'page', 'submission', 'layer', 'open']
  const paths = [
    (it: string) => `${QUEUE}/messages?${names.map((name) => `${name}=${it}`).join('&')}`,
    (it: string) => `${QUEUE}/messages?view=causes&by=${it}`,
    (it: string) => `${QUEUE}/messages/${it}?layer=${it}&filter=${it}`,
    (it: string) => `${QUEUE}/compare?a=${it}&b=${it}`,
    (it: string) => `/local/queues/${it}`,
    (it: string) => `/local/queues/${it}/messages`,
    (it: string) => `${QUEUE}/chosen/${it}`,
    (it: string) => `${QUEUE}/deleted?deletion=${it}&page=${it}`,
    (it: string) => `/local/deleted/${it}`,
    (it: string) => `/local/jobs/${it}`,
    (it: string) => `${QUEUE}/import?upload=${it}`,
    (it: string) => `/local/activity?text=${it}&queue=${it}&verb=${it}`,
    (it: string) => `/local?filter=${it}&sort=${it}`,
    (it: string) => `/${it}/${it}`,
    (it: string) => `/${it}?submission=${it}`,
  ]
  await ask(SHORT.flatMap((text, n) => [0, 5, 10].map((step) => paths[(n + step) % paths.length]!(encoded(text)))))
  for (const [n, path] of paths.entries()) await visit(path(encoded(SHORT[n * 7]!)))
  await page.goto(`${QUEUE}/messages`)
  await expectUsable(page)
})

test('in forms, in what they answer, and in what they leave', async ({ page, sqs, visit, ask }) => {
  test.slow()
  await sqs.createWithDlq('orders')
  await sqs.create('keep')
  await sqs.send('keep', 'x')
  await look(page, 'keep')
  const at = { connection: 'local', queue: 'orders' }
  const send = (queue: string, text: string, more: Record<string, string>): Form => ({
    endpoint: 'messages/send',
    fields: { ...at, queue, body: text, 'attribute-0-name': 'note', 'attribute-0-value': text, ...more },
    multipart: true,
  })
  // Refused, and shown again in every field.
  const shown = await ask(HOSTILE.map((text) => send('orders', text, { trace: text, group: text, 'attribute-0-name': text, delay: 'x' })))
  for (const [n, text] of shown.entries()) plain(text.includes(first(HOSTILE[n]!)), JSON.stringify(HOSTILE[n])).toBe(true)
  const forms: ((text: string) => Form)[] = [
    (text) => ({ endpoint: 'redrive/start', fields: { ...at, queue: 'orders-dlq', to: 'queue', destination: text, rate: text } }),
    (text) => ({ endpoint: 'queues/create', fields: { ...at, name: text, tags: text } }),
    (text) => ({ endpoint: 'messages/hold', fields: { ...at, messages: text, seconds: text, list: text } }),
    (text) => ({ endpoint: 'queues/delete', fields: { ...at, delete: text } }),
    (text) => ({ endpoint: 'messages/look', fields: { ...at, limit: text, list: text } }),
  ]
  await ask(SHORT.map((text, n) => forms[n % forms.length]!(text)))
  // Fifty filters may be saved.
  const save = (text: string): Form => ({ endpoint: 'messages/filters', fields: { ...at, queue: 'keep', action: 'save', name: text.slice(0, 60), list: `filter=${encodeURIComponent(text)}` } })
  await ask(SHORT.slice(0, 45).map(save))
  await visit('/local/queues/keep/messages')
  await expect(page.getByText('<script>window.__hacked=1</script>').first()).toBeAttached()
  const lines = HOSTILE.map((text) => JSON.stringify({ Body: text, MessageAttributes: { note: { DataType: 'String', StringValue: text } } })).join('\n')
  await ask([
    { endpoint: 'messages/import', fields: { ...at, text: lines, reading: 'messages', group: '"><script>' }, multipart: true },
    { endpoint: 'messages/import', fields: { ...at, text: HOSTILE.join('\n'), reading: 'bodies', group: '' }, multipart: true },
  ])
  await page.goto(`${QUEUE}/import`)
  await page.getByLabel('A file').setInputFiles({ name: '"><img src=x onerror=window.__hacked=1>.ndjson', mimeType: 'text/plain', buffer: Buffer.from(lines) })
  await page.getByRole('button', { name: 'Read it' }).click()
  await expect(page.getByText('<script>window.__hacked=1</script>').first()).toBeAttached()
  await expectHarmless(page, 'import')

  // Sent through the console, so that the activity tells of them with their commands; then held and deleted.
  await ask(HOSTILE.slice(0, 60).map((text) => send('keep', text, {})))
  for (const path of ['/local/activity', '/local/activity?text=script', '/local']) await visit(path)
  await page.goto('/local/queues/keep/messages')
  await page.getByLabel('Hold up to').fill('100')
  await page.getByRole('button', { name: 'Hold', exact: true }).click()
  await expect(page.getByText(/^61\s+messages? held$/)).toBeVisible({ timeout: 10_000 })
  await expectHarmless(page, 'held')
  await page.getByRole('checkbox', { name: 'Mark all on this page' }).check()
  await page.getByText('Delete…').click()
  await page.getByRole('button', { name: 'Delete the marked messages' }).click()
  await expect(page.getByText(/61\s+messages deleted/).first()).toBeVisible()
  await visit('/local/queues/keep/deleted')
  await expect(page.getByText('<script>window.__hacked=1</script>').first()).toBeAttached()
  const copies = await page.locator('tr[data-row] [data-open]').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).getAttribute('href')!))
  expect(copies.length).toBeGreaterThan(50)
  await ask(copies)
  await visit(copies[0]!)
  await expectUsable(page)
})

test('in files: lossless, no formula, no header and no name of their making', async ({ page, sqs }) => {
  test.slow()
  const ids = await seed(sqs)
  await page.goto(`${QUEUE}/messages`)
  await page.getByLabel('Up to', { exact: true }).selectOption('1000')
  await page.getByRole('button', { name: 'Look' }).click()
  await expect(page.getByRole('table', { name: 'Messages of orders' })).toBeVisible({ timeout: 20_000 })

  const ndjson = await page.request.get(`${QUEUE}/export.ndjson`)
  const lines = (await ndjson.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as { MessageId: string; Body: string; MessageAttributes: { note?: { StringValue: string } } })
  expect(lines.map((line) => line.MessageId).sort()).toEqual([...ids].sort())
  for (const [n, text] of HOSTILE.entries()) {
    const line = lines.find((line) => line.MessageId === ids[n])
    plain([line?.Body, line?.MessageAttributes.note?.StringValue]).toEqual([text, text])
  }
  const csv = await page.request.get(`${QUEUE}/export.csv`)
  const rows = cells(await csv.text())
  expect(rows).toHaveLength(ids.length + 1)
  expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
  for (const file of [ndjson, csv, await page.request.get(`${QUEUE}/export.csv?message=${ids[0]}`)]) {
    expect(file.headers()['content-disposition']).toMatch(/^attachment; filename="[A-Za-z0-9._-]+"$/)
    expect(file.headers()['x-content-type-options']).toBe('nosniff')
    expect(file.headers()['content-type']).not.toContain('html')
  }
  for (const text of SHORT) {
    for (const name of ['message', 'filter']) {
      const answer = await page.request.get(`${QUEUE}/export.ndjson?${name}=${encodeURIComponent(text)}`, { maxRedirects: 0 })
      const { location, 'set-cookie': cookie, 'content-disposition': disposition = 'attachment' } = answer.headers()
      expect([cookie, disposition.startsWith('attachment')], text).toEqual([undefined, true])
      if (location !== undefined) expect(location, text).toMatch(/^\/local\/queues\/orders\/messages[!-~]*$/)
    }
  }
})

/** The cells of a CSV file, as RFC 4180 reads it. */
function cells(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, bare = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
