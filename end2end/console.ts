// What every browser test starts from: `import { test, expect } from '../../console.ts'`.
//
//   test('a queue shows its depth', async ({ page, sqs, a11y }) => {
//     await sqs.create('orders')                       // seed through SQS itself: sqs.ts
//     await sqs.send('orders', { order: 1 })
//     await page.goto('/local/queues/orders')          // each test has a console of its own, empty at first
//     await expect(page.getByRole('heading', { name: 'orders' })).toBeVisible()
//     await a11y()                                     // axe finds nothing
//   })
//
// Where a test belongs:
//   tests/pages/     run twice, with and without JavaScript (`javaScriptEnabled` tells which): what a page is and does
//   tests/live/      JavaScript only: live numbers, islands, keys. Wait for what a person would see, never for time
//   tests/failures/  turn `sqs.dials([ … ])`, so that the whole console meets the failure; requests are never intercepted
//   tests/guards/    what the console refuses: foreign hosts, foreign origins, changes when read-only
//   tests/looks/     axe and pictures of every page: light and dark, wide and narrow
//
// What a fixture gives:
//   redrive   the running console: url, sqsUrl, log(), kill(). `test.use({ redriveArgs: ['--read-only'] })` adds arguments,
//             `test.use({ demo: true })` lets it begin with the demo data; `test.use({ apart: true })` makes its SQS another
//             process, which outlives it, and its connection `aws` instead of `local`
//   sqs       its local SQS
//   a11y      runs axe over the page, or over `a11y(locator)`
//   picture   saves a picture to end2end/looks/, to be looked at by a person
// A test fails by itself on a console error or warning, a page error or a violation of the content security policy.
// `test.use({ expectedConsole: [/…/] })` names those that belong to a test. That an error page answers 404 is no console error.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { test as base, expect, type Locator, type Page } from '@playwright/test'

import { startApart, startRedrive, type Redrive } from './server.ts'
import { Sqs } from './sqs.ts'

export { expect }

interface Options {
  /** Whether the local SQS begins with its demo data instead of empty. */
  demo: boolean
  /** Whether the local SQS is a process of its own. */
  apart: boolean
  /** Arguments for the console besides those of every test. */
  redriveArgs: string[]
  /** Console messages that belong to the test. */
  expectedConsole: RegExp[]
}

interface Fixtures {
  redrive: Redrive
  sqs: Sqs
  a11y: (part?: Locator) => Promise<void>
  picture: (name: string) => Promise<void>
  /** Watches the browser's console; runs for every test. */
  quiet: void
}

export const test = base.extend<Options & Fixtures>({
  demo: [false, { option: true }],
  apart: [false, { option: true }],
  redriveArgs: [[], { option: true }],
  expectedConsole: [[], { option: true }],

  // A console per test rather than per worker: it starts in a moment, and SQS keeps a deleted queue's name for 60 seconds.
  redrive: async ({ demo, apart, redriveArgs }, use, testInfo) => {
    const redrive = apart ? await startApart(redriveArgs) : await startRedrive([...(demo ? [] : ['--no-demo']), ...redriveArgs])
    await use(redrive)
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('log of the console', { body: redrive.log(), contentType: 'text/plain' })
    }
    await redrive.stop()
  },

  baseURL: async ({ redrive }, use) => use(redrive.url),

  sqs: async ({ redrive }, use) => use(new Sqs(redrive.sqsUrl)),

  quiet: [
    async ({ context, expectedConsole, javaScriptEnabled }, use) => {
      const heard: string[] = []
      const documents = new Set<string>()
      context.on('request', (request) => {
        if (request.isNavigationRequest()) documents.add(request.url())
      })
      context.on('console', (message) => {
        if (message.type() !== 'error' && message.type() !== 'warning') return
        // The browser notes every document with an error status; whether that status is right is the test's business.
        const ofDocument = message.text().startsWith('Failed to load resource') && documents.has(message.location().url)
        // Without JavaScript nothing uses the islands' code, and on a slow machine the browser says so.
        const unused = javaScriptEnabled === false && /\.wasm was preloaded .* but not used/.test(message.text())
        if (!ofDocument && !unused) heard.push(`console ${message.type()}: ${message.text()} (${message.location().url}:${message.location().lineNumber})`)
      })
      context.on('weberror', (error) => {
        // What no script has thrown, as a promise of the browser's own, has no stack.
        const { name, message, stack } = error.error()
        // A slow machine shows a document before the browser could fade over to it.
        if (!stack && name === 'InvalidStateError' && message.endsWith('Page already revealed')) return
        heard.push(`page error: ${stack || `${name}: ${message}`}`)
      })
      // The console shows most of these; a report-only policy or a blocked style attribute may stay silent there.
      await context.exposeBinding('__violated', (_source, what: string) => void heard.push(`content security policy: ${what}`))
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          const report = (window as unknown as { __violated: (what: string) => void }).__violated
          report(`${event.violatedDirective} refused ${event.blockedURI} ${event.sample} at ${event.sourceFile}:${event.lineNumber}`)
        })
      })
      await use()
      const unexpected = heard.filter((message) => !expectedConsole.some((pattern) => pattern.test(message)))
      expect(unexpected, 'the browser complained').toEqual([])
    },
    { auto: true },
  ],

  // axe is a script; without JavaScript the page is the same one, and was audited with it.
  a11y: async ({ page, javaScriptEnabled }, use) => use(async (part) => (javaScriptEnabled === false ? undefined : audit(page, part))),

  picture: async ({ page }, use, testInfo) =>
    use(async (name) => {
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      await page.screenshot({ path: join(testInfo.config.rootDir, '..', 'looks', `${name}.png`), fullPage: true, animations: 'disabled' })
    }),
})

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Runs axe with every rule of WCAG 2.2 AA and its best practices. */
async function audit(page: Page, part?: Locator): Promise<void> {
  await page.evaluate(axeSource) // evaluated by the debugger, so the content security policy stays as it is
  const target = (await (part ?? page.locator('html')).elementHandle())!
  const complaints = await target.evaluate(async (element) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(element as HTMLElement, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}\n  ${target.join(' ')}\n  ${failureSummary}`))
  })
  expect(complaints, 'axe complained').toEqual([])
}
