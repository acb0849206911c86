// A console of its own for a test: the debug binary on a free port, with a local SQS, empty, and with dials.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const START = 20_000 // ms until it is killed; a loaded machine is slow to start a process
const STOP = 10_000 // ms; what the console promises after SIGTERM

/** A process that was started. */
interface Running {
  /** What it has written to its log so far. */
  log: () => string
  /** Asks it to end and waits for it; an error when it takes longer than promised. */
  stop: () => Promise<void>
  /** Ends it as a crash does: SIGKILL. */
  kill: () => Promise<void>
}

/** A running console. */
export interface Redrive extends Running {
  /** Where the console listens, without a slash at the end. */
  url: string
  /** Where its local SQS listens. */
  sqsUrl: string
}

/** Starts a console with `--local --dials --port 0` and these arguments. */
export async function startRedrive(args: string[]): Promise<Redrive> {
  const { said, ...running } = await start(['--local', '--no-peek', '--dials', '--port', '0', ...args], ['Redrive', 'Local SQS'])
  return { url: said[0]!, sqsUrl: said[1]!, ...running }
}

/** Starts the local SQS as a process of its own, and a console that knows it as an endpoint alone. Its connection is `aws`. */
export async function startApart(args: string[]): Promise<Redrive> {
  const { said: [sqsUrl], ...sqs } = await start(['sqs', '--no-peek', '--dials', '--port', '0'], ['Local SQS'])
  const { said: [url], ...console } = await start(['--endpoint', sqsUrl!, '--region', 'us-east-1', '--port', '0', ...args], ['Redrive'], {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  })
  const stop = async () => void (await Promise.all([console.stop(), sqs.stop()]))
  return { url: url!, sqsUrl: sqsUrl!, log: () => console.log() + sqs.log(), stop, kill: console.kill }
}

/** Starts the binary, and waits until each of these has said where it listens. */
async function start(args: string[], listeners: string[], settings: Record<string, string> = {}): Promise<Running & { said: string[] }> {
  const binary = process.env.REDRIVE_BINARY ?? join(import.meta.dirname, '..', 'target', 'debug', 'redrive')
  if (!existsSync(binary)) throw new Error(`${binary} does not exist: run \`make build\`, or \`make test\``)
  // Nothing of the developer's AWS settings: a test must never reach an account.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|REDRIVE|LEPTOS)_/.test(name)))
  const child = spawn(binary, args, { env: { ...env, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] })

  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>

  const addresses = new Promise<string[]>((resolve) => {
    const said = new Map<string, string>()
    createInterface(child.stdout).on('line', (line) => {
      log += `${line}\n`
      const [, who, url] = /^(.+) listens on (http:\S+?)\/?( |$)/.exec(line) ?? []
      if (who && url) said.set(who, url)
      if (listeners.every((listener) => said.has(listener))) resolve(listeners.map((listener) => said.get(listener)!))
    })
  })
  const late = setTimeout(() => child.kill('SIGKILL'), START)
  const said = await Promise.race([
    addresses,
    ended.then(([code, signal]) => {
      throw new Error(`${args.join(' ')} ended before it said where it listens (${signal ?? `code ${code}`}):\n${log}`)
    }),
  ])
  clearTimeout(late)

  const gone = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (gone()) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP)
    const [code, signal] = await ended
    clearTimeout(timer)
    if (signal === 'SIGKILL') throw new Error(`${args.join(' ')} did not end within ${STOP / 1000} s of SIGTERM:\n${log}`)
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${signal ?? `code ${code}`}:\n${log}`)
  }
  const kill = async () => {
    if (gone()) return
    child.kill('SIGKILL')
    await ended
  }
  return { said, log: () => log, stop, kill }
}
