// Bundles `style/main.css` and everything it imports into one minified style sheet.
//
// Strict: what a browser would skip in silence (a syntax error, an unknown file) fails the build.

import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

import { bundle } from 'lightningcss'

/** The oldest browsers served. They know layers, nesting, `light-dark()` and container queries, so these pass unharmed. */
const version = (major, minor = 0) => (major << 16) | (minor << 8)
const targets = { chrome: version(125), edge: version(125), firefox: version(128), safari: version(17, 5), ios_saf: version(17, 5) }

/**
 * @param {{root: string, publicUrl: (file: string) => string | undefined}} options `publicUrl` gives the final URL of a file of `public/`
 * @returns {Buffer | undefined} the style sheet; nothing when there is no `style/main.css`
 */
export function bundleStyles({ root, publicUrl }) {
  const filename = join(root, 'style', 'main.css')
  if (!existsSync(filename)) return undefined

  const { code, warnings, dependencies } = strictly(() => bundle({ filename, minify: true, targets, analyzeDependencies: true, errorRecovery: false }))
  for (const { message, loc } of warnings) {
    throw new Error(`${relative(root, loc?.filename ?? filename)}:${loc?.line ?? 0}: ${message}`)
  }

  let css = Buffer.from(code).toString()
  for (const { type, url, placeholder, loc } of dependencies ?? []) {
    if (type !== 'url') throw new Error(`${relative(root, loc.filePath)}: cannot bundle the import of ${url}`)
    css = css.replaceAll(placeholder, resolveUrl(url, loc.filePath))
  }
  return Buffer.from(css)

  // Says where, as compilers do.
  function strictly(run) {
    try {
      return run()
    } catch (error) {
      const { fileName = filename, loc } = error
      throw new Error(`${relative(root, fileName)}${loc ? `:${loc.line}:${loc.column}` : ''}: ${error.message}`)
    }
  }

  // `/fonts/inter.woff2` and `../public/fonts/inter.woff2` both mean that file of public/; the page gets its hashed name.
  function resolveUrl(url, from) {
    if (url.startsWith('data:') || url.startsWith('#')) return url
    const [path, fragment] = url.split('#')
    const publicDirectory = join(root, 'public')
    const file = path.startsWith('/') ? join(publicDirectory, path) : resolve(dirname(from), path)
    const final = publicUrl(relative(publicDirectory, file))
    if (!final) throw new Error(`${relative(root, from)}: url(${url}) is not a file of public/`)
    return fragment ? `${final}#${fragment}` : final
  }
}
