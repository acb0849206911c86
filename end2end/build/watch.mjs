// `make dev`: builds and starts the console, and does both again whenever a source file changes.
//
// A build that fails leaves the last good console running. Takes the console's arguments as one string.

import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const WATCHED = ['src', 'style', 'public', 'Cargo.toml', 'Cargo.lock']
const args = (process.argv[2] ?? '').split(' ').filter(Boolean)

let console_ // the running console
let building = false
let changed = true

const finished = (child) => new Promise((resolve) => child.once('exit', (code) => resolve(code)))

async function stop() {
  if (!console_ || console_.exitCode !== null || console_.signalCode !== null) return
  const gone = finished(console_)
  console_.kill('SIGTERM')
  await gone
}

async function build() {
  if (building) return
  building = true
  while (changed) {
    changed = false
    const code = await finished(spawn('make', ['build'], { cwd: root, stdio: 'inherit' }))
    if (changed) continue
    if (code === 0) {
      await stop()
      console_ = spawn(join(root, 'target', 'debug', 'redrive'), args, { cwd: root, stdio: 'inherit' })
    } else {
      console.error('The build failed; the console serves what it was. Waiting for the next change.')
    }
  }
  building = false
}

let pause
for (const path of WATCHED) {
  watch(join(root, path), { recursive: true }, () => {
    changed = true
    clearTimeout(pause)
    pause = setTimeout(build, 100) // editors save in several steps
  })
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, async () => (await stop(), process.exit(0)))
await build()
