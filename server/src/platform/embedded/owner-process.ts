/**
 * A process that owns a data directory, for tests that kill it: `node owner-process.ts start|lock|find <dataDir>`.
 * It writes JSON lines; when its stdin ends it gives the directory free and must end by itself.
 */
import { once } from 'node:events'
import { findInstance, lockDataDir, startEmbeddedDatabase } from './index.ts'

const [, , mode, dataDir = ''] = process.argv
const say = (event: string, details: object) => process.stdout.write(`${JSON.stringify({ event, ...details })}\n`)
const log = {
  info: (details: object, message: string) => say('info', { ...details, message }),
  warn: (details: object, message: string) => say('warn', { ...details, message }),
  error: (details: object, message: string) => say('log_error', { ...details, message }),
}

async function own(): Promise<() => Promise<void>> {
  if (mode === 'lock') {
    const lock = await lockDataDir(dataDir)
    say('ready', {})
    return lock.release
  }
  const database = await startEmbeddedDatabase({ dataDir, log })
  await database.announce({ address: 'http://127.0.0.1:3999' })
  say('ready', { ...database })
  return database.stop
}

if (mode === 'find') say('found', { instance: await findInstance(dataDir) })
else {
  try {
    const stop = await own()
    process.stdin.resume()
    await once(process.stdin, 'end')
    await stop()
    say('stopped', {})
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    say('failed', { code, message })
  }
}
