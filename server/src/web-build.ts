import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
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
    if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name)) names.push(join(entry.parentPath, entry.name))
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

const isBuiltFrom = async (wanted: string): Promise<boolean> =>
  (await readFile(join(webDir, stamp), 'utf8').catch(() => '')) === wanted

/**
 * Builds the web application if there is no build or it is not of these sources; an installation without the sources
 * keeps the build it came with. Made beside the old one and put in its place when finished, so that a kill in the
 * middle leaves what was there, and several processes may do it at once.
 */
export async function buildWebIfNeeded(log: Log, signal: AbortSignal): Promise<void> {
  if (!existsSync(join(root, 'web/index.html'))) return
  const wanted = await sourceHash()
  if (await isBuiltFrom(wanted)) return
  await removeLeftovers()
  const started = performance.now()
  const fresh = `${webDir}.${process.pid}`
  try {
    await runVite(fresh, signal)
    await writeFile(join(fresh, stamp), wanted)
    await putInPlace(fresh, wanted)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  log.info({ ms: Math.round(performance.now() - started) }, 'web application built')
}

/** Two renames, and not a removal: whoever loads the page in this moment misses it by microseconds. */
async function putInPlace(fresh: string, wanted: string): Promise<void> {
  const old = `${fresh}.old`
  try {
    await rename(webDir, old).catch(() => undefined)
    await rename(fresh, webDir)
  } catch (error) {
    // Another process put its own there in between.
    if (!(await isBuiltFrom(wanted))) throw error
  } finally {
    await rm(old, { recursive: true, force: true })
  }
}

/** Of processes that were killed while they built. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(dirname(webDir))) {
    const [, pid] = /^dist\.(\d+)(?:\.old)?$/.exec(name) ?? []
    if (pid === undefined || isAlive(Number(pid))) continue
    await rm(join(dirname(webDir), name), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function runVite(outDir: string, signal: AbortSignal): Promise<void> {
  const vite = join(dirname(createRequire(join(root, 'web/package.json')).resolve('vite/package.json')), 'bin/vite.js')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const args = [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn']
  // Detached from the terminal: a Ctrl-C there is for the server, which then ends it by the signal.
  const child = spawn(process.execPath, args, {
    cwd: join(root, 'web'),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    signal,
    killSignal: 'SIGKILL',
  })
  let output = ''
  child.stdout.on('data', (text) => (output += text))
  child.stderr.on('data', (text) => (output += text))
  let failure: Error | undefined
  child.on('error', (error) => {
    failure = error
    // One that was never born does not close.
    if (child.pid === undefined) reject(error)
  })
  child.on('close', (code) =>
    code === 0 ? resolve() : reject(failure ?? new Error(`the web build failed:\n${output}`)),
  )
  return promise
}
