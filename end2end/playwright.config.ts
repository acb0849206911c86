// Tests in a real browser: Debian's Chromium, since no browser is downloaded here.
//
// `chromium` runs everything; `no-js` runs the pages a second time with JavaScript switched off, because every page must work
// without it. `screenshots` takes the README's pictures and is run by `make screenshots` alone.

import { defineConfig, devices } from '@playwright/test'

const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 } }

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  retries: 0, // a test that fails sometimes has found something
  timeout: 30_000,
  expect: { timeout: 5_000 },
  reporter: [['line'], ['./build/closing.ts']],
  use: {
    ...desktop,
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
        '--disable-sync', '--disable-quic',
      ],
    },
  },
  projects: [
    { name: 'chromium', testIgnore: '**/screenshots.spec.ts' },
    { name: 'no-js', testMatch: '**/tests/pages/**', use: { javaScriptEnabled: false } },
    { name: 'screenshots', testMatch: '**/screenshots.spec.ts' },
  ],
})
