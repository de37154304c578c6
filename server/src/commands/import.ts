import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createProgressBar, describeResult, exitCodeOf, importDirectory } from '@plenum/importer'
import type { Logger } from 'pino'
import { findInstance } from '#platform'
import type { Config } from '../config.ts'
import { StartError, startServer } from '../server.ts'
import { withServices } from './with-services.ts'

const usage = `usage: npm run plenum -- import <folder> [--dry-run] [--url <address of a running Plenum>]
With --url, PLENUM_API_KEY holds an administrator's API key. Without, the server of this data directory is used, and
started for the time of the import where none runs.`

const keyName = 'Import'

/** Brings a recorded building in, through the same API as everybody. */
export async function importBuilding(
  config: Config,
  log: Logger,
  args: string[],
  apiKey: string | undefined,
): Promise<void> {
  const { values, positionals } = readArgs(args)
  const [dir] = positionals
  if (dir === undefined || positionals.length > 1) throw new StartError(usage)
  await using opened = new AsyncDisposableStack()
  let address = values.url ?? config.publicUrl ?? (await findInstance(config.dataDir))?.address
  if (address === undefined) {
    const server = await startServer({ ...config, port: 0, host: '127.0.0.1', role: 'web' }, log)
    opened.defer(server.stop)
    await server.embedded?.announce({ address: server.address })
    address = server.address
  }
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort())

  const run = async (key: string): Promise<void> => {
    const bar = createProgressBar(process.stderr)
    const result = await importDirectory({
      dir: resolve(dir),
      api: { baseUrl: address, headers: () => ({ authorization: `Bearer ${key}` }) },
      stateFile: join(
        config.dataDir,
        'imports',
        `${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 16)}.json`,
      ),
      dryRun: values['dry-run'] ?? false,
      onProgress: bar.show,
      signal: interrupted.signal,
    }).finally(bar.stop)
    console.log(describeResult(result))
    process.exitCode = exitCodeOf(result)
  }
  if (apiKey !== undefined) return await run(apiKey)
  if (values.url !== undefined)
    throw new StartError('PLENUM_API_KEY must hold an API key of an administrator of that server')
  await withServices(config, log, async ({ auth }) => {
    const person = await auth.administrators.first()
    if (!person) throw new StartError('nobody has an account yet; start the server once with npm start')
    const owner = { userId: person.id }
    const { id, key } = await auth.keys.create(owner, { name: keyName, expires_in_days: 1 })
    try {
      await run(key)
    } finally {
      await auth.keys.revoke(owner, id)
    }
  })
}

function readArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { 'dry-run': { type: 'boolean' }, url: { type: 'string' } },
    })
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${usage}`)
  }
}
