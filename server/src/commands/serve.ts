import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { hasDemoBuilding, startDemo } from '../demo.ts'
import { type RunningServer, StartError, startServer } from '../server.ts'
import { buildWebIfNeeded } from '../web-build.ts'
import { type Ending, whenAborted } from './ending.ts'
import { introduce, refuseWithoutAdministrator } from './introduce.ts'

/** What was accepted is answered within this, or cut off. */
const drainMs = 20_000

/** Runs until it is asked to end. */
export async function serve(config: Config, log: Logger, ending: Ending): Promise<void> {
  refuseDividedEmbedded(config)
  if (process.stdout.isTTY) sayThatItStarts(config)

  await using running = new AsyncDisposableStack()
  // Beside the start of the database: on a first start both take seconds.
  const web = config.role === 'worker' ? null : startWebBuild(log, ending)
  running.defer(async () => web?.stop())

  const server = await startServer(config, log, ending.asked)
  running.defer(server.stop)
  ending.asked.addEventListener('abort', () => setTimeout(server.cutOff, drainMs).unref())
  ending.hurried.addEventListener('abort', server.cutOff)
  await server.embedded?.announce({ address: server.address })
  const fresh = await server.services.people.administrators.missing()
  if (config.role !== 'worker') {
    if (fresh) refuseWithoutAdministrator(config)
    if (await wantsDemo(config, server, fresh)) {
      const demo = await startDemo({ services: server.services, address: server.address, dataDir: config.dataDir, log })
      running.defer(demo.stop)
    }
  }
  await web?.done
  ending.asked.throwIfAborted()
  if (config.role === 'worker') console.log(`Plenum worker is running, its health is at ${server.address}/readyz`)
  else await introduce(config, server, fresh)

  await whenAborted(ending.asked)
  if (process.stdout.isTTY) console.log('\n  Plenum is stopping.')
}

/** The embedded database belongs to one process; a second one beside it, for the other role, could not reach it. */
function refuseDividedEmbedded({ role, databaseUrl }: Config): void {
  if (role === 'all' || databaseUrl !== null) return
  throw new StartError(`PLENUM_ROLE: "${role}" needs DATABASE_URL; with the embedded database the role is all`)
}

function sayThatItStarts({ databaseUrl, dataDir }: Config): void {
  const first = databaseUrl === null && !existsSync(dataDir)
  console.log(`\n  Plenum is starting${first ? ' for the first time: it sets up its database' : ''}…`)
}

/** `done` never rejects: without its pages the server still takes readings. */
function startWebBuild(log: Logger, ending: Ending): { done: Promise<void>; stop(): Promise<void> } {
  const notNeeded = new AbortController()
  const signal = AbortSignal.any([ending.asked, notNeeded.signal])
  const done = buildWebIfNeeded(log, signal).catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'the web application could not be built')
  })
  return {
    done,
    stop: () => {
      notNeeded.abort()
      return done
    },
  }
}

/** Said in so many words: on for a new embedded database, and wherever it was on before. */
async function wantsDemo(config: Config, server: RunningServer, fresh: boolean): Promise<boolean> {
  if (config.demo !== null) return config.demo
  return server.embedded !== null && (fresh || (await hasDemoBuilding(server.services)))
}
