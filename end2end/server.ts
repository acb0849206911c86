// A console of its own for a test: the debug binary on a free port, with its own local SQS, empty, and with dials.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const START = 20_000 // ms; a loaded machine is slow to start a process
const STOP = 10_000 // ms; what the console promises after SIGTERM

/** A running console. */
export interface Redrive {
  /** Where the console listens, without a slash at the end. */
  url: string
  /** Where its local SQS listens. */
  sqsUrl: string
  /** What it has written to its log so far. */
  log: () => string
  /** Asks it to end and waits for it; an error when it takes longer than promised. */
  stop: () => Promise<void>
}

/** Starts a console with `--local --dials --port 0` and these arguments. */
export async function startRedrive(args: string[]): Promise<Redrive> {
  const binary = process.env.REDRIVE_BINARY ?? join(import.meta.dirname, '..', 'target', 'debug', 'redrive')
  if (!existsSync(binary)) throw new Error(`${binary} does not exist: run \`make build\`, or \`make test\``)
  // Nothing of the developer's AWS settings: a test must never reach an account.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|REDRIVE|LEPTOS)_/.test(name)))
  const child = spawn(binary, ['--local', '--no-peek', '--dials', '--port', '0', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })

  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>

  const addresses = new Promise<{ url: string; sqsUrl: string }>((resolve) => {
    let url: string | undefined
    let sqsUrl: string | undefined
    createInterface(child.stdout).on('line', (line) => {
      log += `${line}\n`
      url ??= /^Redrive listens on (http:\S+?)\/?$/.exec(line)?.[1]
      sqsUrl ??= /^Local SQS listens on (http:\S+?)\/?$/.exec(line)?.[1]
      if (url && sqsUrl) resolve({ url, sqsUrl })
    })
  })
  const late = AbortSignal.timeout(START)
  const started = await Promise.race([
    addresses,
    ended.then(([code, signal]) => {
      throw new Error(`the console ended at once (${signal ?? `code ${code}`}):\n${log}`)
    }),
    once(late, 'abort').then(() => {
      child.kill('SIGKILL')
      throw new Error(`the console did not say where it listens within ${START / 1000} s:\n${log}`)
    }),
  ])

  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP)
    const [code, signal] = await ended
    clearTimeout(timer)
    if (signal === 'SIGKILL') throw new Error(`the console did not end within ${STOP / 1000} s of SIGTERM:\n${log}`)
    if (code !== 0) throw new Error(`the console ended with ${signal ?? `code ${code}`}:\n${log}`)
  }
  return { ...started, log: () => log, stop }
}
