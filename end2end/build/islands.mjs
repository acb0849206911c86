// Turns the wasm module cargo built into what a browser loads: wasm-bindgen writes the JavaScript around it,
// wasm-opt makes it small.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What every browser we serve understands (Chrome 125, Firefox 128, Safari 17.5). Named one by one:
 * "all features" yields a module that today's browsers refuse.
 */
const FEATURES = [
  'bulk-memory', 'bulk-memory-opt', 'call-indirect-overlong', 'extended-const', 'multivalue', 'mutable-globals',
  'nontrapping-float-to-int', 'reference-types', 'sign-ext',
].map((feature) => `--enable-${feature}`)

/**
 * @param {{root: string, step: (key: string, make: () => Buffer) => Buffer, hash: (...parts: (string | Buffer)[]) => string}} options
 * @returns {{js: Buffer, wasm: Buffer}}
 */
export function islands({ root, step, hash }) {
  const compiled = join(root, 'target', 'wasm32-unknown-unknown', 'wasm-release', 'redrive.wasm')
  const bindgen = join(root, 'target', 'tools', 'bin', 'wasm-bindgen')
  const optimiser = join(root, 'end2end', 'node_modules', 'binaryen', 'bin', 'wasm-opt')
  const work = join(root, 'target', 'site-steps', 'work')

  // The scripts themselves are part of the key: another option gives another result.
  const key = hash(readFileSync(compiled), readFileSync(import.meta.filename), readFileSync(join(root, 'end2end', 'package-lock.json')), version(bindgen))
  const run = () => {
    if (existsSync(join(work, key))) return
    rmSync(work, { recursive: true, force: true })
    const out = join(work, key, 'bindgen')
    mkdirSync(out, { recursive: true })
    execFileSync(bindgen, ['--target', 'web', '--no-typescript', '--omit-default-module-path', '--remove-name-section', '--remove-producers-section', '--out-name', 'redrive', '--out-dir', out, compiled], { stdio: 'inherit' })
    // A snippet would be a second JavaScript file, under a name of its own. None of our libraries brings one.
    if (existsSync(join(out, 'snippets'))) throw new Error('a library brought a JavaScript snippet: end2end/build/islands.mjs must learn to serve it')
    execFileSync(process.execPath, [optimiser, '-Oz', ...FEATURES, '-o', join(work, key, 'small.wasm'), join(out, 'redrive_bg.wasm')], { stdio: 'inherit' })
  }
  const js = step(`${key}.js`, () => (run(), readFileSync(join(work, key, 'bindgen', 'redrive.js'))))
  const wasm = step(`${key}.wasm`, () => (run(), readFileSync(join(work, key, 'small.wasm'))))
  return { js, wasm }
}

const version = (program) => execFileSync(program, ['--version'])
