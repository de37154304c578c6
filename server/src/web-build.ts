import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '#platform'

const root = fileURLToPath(new URL('../../', import.meta.url))
export const webDir = join(root, 'web/dist')
const stamp = '.built-from'

/** What the build is made from; a change to any of it makes the build old. */
const sources = ['web/src/**', 'web/public/**', 'web/*.{html,ts,json}', 'contract/src/**', 'package-lock.json']

async function sourceHash(): Promise<string> {
  const names: string[] = []
  for await (const entry of glob(sources, { cwd: root, withFileTypes: true })) {
    if (entry.isFile()) names.push(join(entry.parentPath, entry.name))
  }
  const hash = createHash('sha256')
  for (const name of names.sort())
    hash
      .update(name.slice(root.length))
      .update('\0')
      .update(await readFile(name))
      .update('\0')
  return hash.digest('hex')
}

/**
 * Builds the web application if there is no build or it is not of these sources. Made beside the old one and put in
 * its place when finished, so that a kill in the middle leaves what was there.
 */
export async function buildWebIfNeeded(log: Log): Promise<void> {
  const wanted = await sourceHash()
  const has = await readFile(join(webDir, stamp), 'utf8').catch(() => '')
  if (has === wanted) return
  const started = performance.now()
  const fresh = `${webDir}.${process.pid}`
  try {
    await runVite(fresh)
    await writeFile(join(fresh, stamp), wanted)
    await rm(webDir, { recursive: true, force: true })
    await rename(fresh, webDir)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  log.info({ ms: Math.round(performance.now() - started) }, 'web application built')
}

function runVite(outDir: string): Promise<void> {
  const vite = join(dirname(createRequire(join(root, 'web/package.json')).resolve('vite/package.json')), 'bin/vite.js')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const args = [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn']
  const child = spawn(process.execPath, args, { cwd: join(root, 'web'), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (text) => (output += text))
  child.stderr.on('data', (text) => (output += text))
  child.on('error', reject)
  child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the web build failed:\n${output}`))))
  return promise
}
