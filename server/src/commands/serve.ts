import type { Logger } from 'pino'
import { generatePassword } from '#auth'
import type { Config } from '../config.ts'
import { hasDemoBuilding, startDemo } from '../demo.ts'
import { type RunningServer, StartError, startServer } from '../server.ts'
import { buildWebIfNeeded } from '../web-build.ts'

const defaultEmail = 'admin@plenum.local'
/** What was accepted is answered within this, or the process ends without it. */
const drainMs = 20_000
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs until a signal comes. */
export async function serve(config: Config, log: Logger): Promise<void> {
  const signalled = Promise.withResolvers<string>()
  for (const signal of signals) process.on(signal, () => signalled.resolve(signal))
  warnOfUnused(config, log)

  // Beside the start of the database: on a first start both take seconds.
  const web = config.role === 'worker' ? Promise.resolve() : buildWebIfNeeded(log)
  web.catch((error: unknown) => log.error({ err: error }, 'the web application could not be built'))

  const server = await startServer(config, log)
  await using running = new AsyncDisposableStack()
  running.defer(server.stop)
  const fresh = await server.services.auth.administrators.missing()
  if (config.role !== 'worker' && (await wantsDemo(config, server, fresh))) {
    const demo = await startDemo({ services: server.services, address: server.address, dataDir: config.dataDir, log })
    running.defer(demo.stop)
  }
  await web.catch(() => undefined)
  await server.embedded?.announce({ address: server.address })
  if (config.role === 'worker') console.log(`Plenum worker is running, its health is at ${server.address}/readyz`)
  else await introduce(config, server, fresh)

  const signal = await signalled.promise
  log.info({ signal }, 'stopping')
  setTimeout(() => {
    log.error('not everything ended in time')
    process.exit(1)
  }, drainMs).unref()
}

/** Said in so many words: on for a new embedded database, and wherever it was on before. */
async function wantsDemo(config: Config, server: RunningServer, fresh: boolean): Promise<boolean> {
  if (config.demo !== null) return config.demo
  return server.embedded !== null && (fresh || (await hasDemoBuilding(server.services)))
}

/** Prints where it runs and, once, the password that was made for the first administrator. */
async function introduce(config: Config, server: RunningServer, fresh: boolean): Promise<void> {
  const { administrators } = server.services.auth
  console.log(`\n  Plenum is running at ${config.publicUrl ?? server.address}\n`)
  if (!fresh) {
    const first = await administrators.first()
    if (server.embedded) console.log(`  Sign in as ${first?.email}. Password lost? npm run plenum -- password\n`)
    return
  }
  const email = config.admin.email ?? defaultEmail
  if (config.admin.password !== null) {
    await administrators.create(email, config.admin.password)
    console.log(`  Sign in as ${email} with the password in PLENUM_ADMIN_PASSWORD.\n`)
    return
  }
  if (!server.embedded) {
    const set = 'PLENUM_ADMIN_EMAIL and PLENUM_ADMIN_PASSWORD'
    throw new StartError(`${set} are needed: the database has no administrator yet`)
  }
  const password = generatePassword()
  // Printed before it counts: killed in between, the next start makes another, and nobody is locked out.
  console.log(`  Sign in as    ${email}\n  with password ${password}\n\n  It is shown only now.\n`)
  await administrators.create(email, password)
}

function warnOfUnused(config: Config, log: Logger): void {
  if (config.redisUrl !== null) log.warn('REDIS_URL is set, but this version keeps its cache in the process')
}
