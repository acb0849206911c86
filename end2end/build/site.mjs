// Makes `target/site`, everything the browser may ask for by a fixed or hashed name, and `manifest.json` beside it.
//
// What goes in: the wasm module cargo built, `style/main.css` with all it imports, and the files of `public/`.
// What comes out:
//   pkg/redrive.<hash>.js, pkg/redrive.<hash>_bg.wasm   the islands; one hash over both, since each is useless with another's twin
//   pkg/main.<hash>.css                                 one style sheet
//   pkg/fonts/inter.<hash>.woff2, pkg/icons.<hash>.svg  the files of public/, so that all of /pkg can be cached for ever
//   favicon.svg, robots.txt                             files that browsers ask for by name keep it, at the root
//   *.br, *.gz                                          beside every file that compression makes smaller
//   manifest.json                                       logical name → URL: {"main.css": "/pkg/main.1a2b3c4d5e.css", …}
//
// Nothing is done twice: slow steps are kept in `target/site-steps` under the hash of what went into them.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

import { bundleStyles } from './styles.mjs'
import { islands } from './islands.mjs'

process.once('uncaughtException', (error) => {
  console.error(`Bundling the assets failed: ${error.message}`)
  process.exit(1)
})

const root = join(import.meta.dirname, '..', '..')
const site = join(root, 'target', 'site')
const steps = join(root, 'target', 'site-steps')

/** Files of `public/` that are asked for by a fixed name, so they cannot carry a hash. */
const FIXED_NAMES = /^(favicon\..+|apple-touch-icon\.png|robots\.txt|\.well-known\/.+)$/
/** Formats that are compressed already. */
const COMPRESSED = new Set(['.woff2', '.png', '.jpg', '.jpeg', '.webp', '.avif', '.ico'])

const hash = (...parts) => {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part).update('\0')
  return sum.digest('hex').slice(0, 10)
}

/** The result of `make()`, or the one kept from the last time `key` was seen. */
const step = (key, make) => {
  const file = join(steps, key)
  if (existsSync(file)) {
    utimesSync(file, new Date(), new Date())
    return readFileSync(file)
  }
  const made = make()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, made)
  renameSync(`${file}.tmp`, file)
  return made
}

const filesUnder = (directory) =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(directory, join(entry.parentPath ?? entry.path, entry.name)))
        .sort()
    : []

/** `fonts/inter.woff2` → `fonts/inter.<hash>.woff2` */
const hashed = (name, content) => {
  const extension = extname(name)
  return join(dirname(name), `${basename(name, extension)}.${hash(content)}${extension}`)
}

const files = new Map() // path under target/site → content
const manifest = {} // logical name → URL

const add = (name, path, content) => {
  files.set(path, content)
  manifest[name] = `/${path}`
}

const publicDirectory = join(root, 'public')
for (const name of filesUnder(publicDirectory)) {
  const content = readFileSync(join(publicDirectory, name))
  add(name, FIXED_NAMES.test(name) ? name : join('pkg', hashed(name, content)), content)
}

const { js, wasm } = islands({ root, step, hash })
const name = `redrive.${hash(js, wasm)}`
add('redrive.js', `pkg/${name}.js`, js)
add('redrive_bg.wasm', `pkg/${name}_bg.wasm`, wasm)

const css = bundleStyles({ root, publicUrl: (file) => manifest[file] })
if (css) add('main.css', join('pkg', hashed('main.css', css)), css)

for (const [path, content] of [...files]) {
  if (COMPRESSED.has(extname(path))) continue
  const brotli = step(`${hash(content)}.br`, () =>
    brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    }),
  )
  const gzip = step(`${hash(content)}.gz`, () => gzipSync(content, { level: 9 }))
  if (brotli.length < content.length) files.set(`${path}.br`, brotli)
  if (gzip.length < content.length) files.set(`${path}.gz`, gzip)
}

for (const [path, content] of files) {
  const file = join(site, path)
  if (existsSync(file) && readFileSync(file).equals(content)) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}
for (const path of filesUnder(site)) if (!files.has(path) && path !== 'manifest.json') rmSync(join(site, path))

// Last, and by renaming: whoever sees the manifest finds every file it names.
const manifestFile = join(site, 'manifest.json')
writeFileSync(`${manifestFile}.tmp`, `${JSON.stringify(manifest, null, 2)}\n`)
renameSync(`${manifestFile}.tmp`, manifestFile)

// Kept steps that nobody asked for in a week.
for (const kept of filesUnder(steps)) {
  const file = join(steps, kept)
  if (Date.now() - statSync(file).mtimeMs > 7 * 24 * 3600 * 1000) rmSync(file)
}

const size = (path) => `${(files.get(path).length / 1000).toFixed(1)} KB`
const sizes = Object.entries(manifest)
  .map(([logical, url]) => [logical, url.slice(1)])
  .filter(([logical]) => /\.(js|wasm|css)$/.test(logical))
  .map(([logical, path]) => `${logical} ${size(path)}${files.has(`${path}.br`) ? ` (${size(`${path}.br`)} brotli)` : ''}`)
console.log(`Assets: ${sizes.join(', ')}`)
