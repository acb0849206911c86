// Fails when what a first visit must download to start the islands outgrows its budget.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const BUDGET = 110_000 // bytes, brotli

const site = join(import.meta.dirname, '..', '..', 'target', 'site')
const manifest = JSON.parse(readFileSync(join(site, 'manifest.json'), 'utf8'))
const parts = ['redrive_bg.wasm', 'redrive.js'].map((name) => [name, readFileSync(join(site, `${manifest[name]}.br`)).length])
const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0)

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`
console.log(`${parts.map(([name, bytes]) => `${name} ${kilobytes(bytes)}`).join(' + ')} = ${kilobytes(total)} brotli, of ${kilobytes(BUDGET)} allowed`)
if (total > BUDGET) {
  console.error('The islands are over their budget. What is new in src/ui or src/model that the browser could do without?')
  process.exit(1)
}
