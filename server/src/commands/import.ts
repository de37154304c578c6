import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createProgressBar, describeResult, exitCodeOf, importDirectory } from '@plenum/importer'
import type { Logger } from 'pino'
import { bySystem } from '#audit'
import { findInstance } from '#platform'
import type { Config } from '../config.ts'
import { StartError, startServer } from '../server.ts'
import type { Services } from '../services.ts'
import type { Ending } from './ending.ts'
import { withServices } from './with-services.ts'

const usage = `usage: npm run plenum -- import <folder> [--dry-run] [--url <address of a running Plenum>]
With --url, PLENUM_API_KEY holds an administrator's API key. Without, the server of this data directory is used, and
started for the time of the import where none runs.`

const keyName = 'Import'
const by = bySystem('plenum import')
const nobody = 'nobody has an account yet; start the server once with npm start'

/** Brings a recorded building in, through the same API as everybody. */
export async function importBuilding(
  config: Config,
  log: Logger,
  ending: Ending,
  args: string[],
  apiKey: string | undefined,
): Promise<void> {
  const { folder, url, dryRun } = readArgs(args)
  const dir = resolve(folder)
  if (!(await stat(dir).catch(() => null))?.isDirectory()) throw new StartError(`${dir} is not a folder`)
  if (url !== undefined && !apiKey)
    throw new StartError('PLENUM_API_KEY must hold an API key of an administrator of that server')

  const run = async (baseUrl: string, key: string): Promise<void> => {
    const bar = createProgressBar(process.stderr)
    const result = await importDirectory({
      dir,
      api: { baseUrl, headers: () => ({ authorization: `Bearer ${key}` }) },
      stateFile: join(config.dataDir, 'imports', `${createHash('sha256').update(dir).digest('hex').slice(0, 16)}.json`),
      dryRun,
      onProgress: bar.show,
      signal: ending.asked,
    }).finally(bar.stop)
    console.log(describeResult(result))
    process.exitCode = exitCodeOf(result)
  }
  if (url !== undefined && apiKey) return run(url, apiKey)

  const runAs = async (services: Services, baseUrl: string): Promise<void> => {
    const person = await services.people.administrators.first()
    if (!person) throw new StartError(nobody)
    const { id: userId, email, name } = person
    const rights = { role: 'administrator', scope: null, seesPresence: true } as const
    const owner = { kind: 'user', userId, email, name, ...rights, key: null } as const
    const { id, key } = await services.auth.keys.createForPerson(owner, { name: keyName, expires_in_days: 1 }, by)
    try {
      await run(baseUrl, key)
    } finally {
      await services.auth.keys.revoke(owner, id, by)
    }
  }
  if (config.databaseUrl === null && !existsSync(config.dataDir)) throw new StartError(nobody)
  const running = await runningAddress(config)
  if (running !== null) return withServices(config, log, ending.asked, (services) => runAs(services, running))

  await using opened = new AsyncDisposableStack()
  const server = await startServer({ ...config, port: 0, host: '127.0.0.1', role: 'web' }, log, ending.asked)
  opened.defer(server.stop)
  await server.embedded?.announce({ address: server.address })
  await runAs(server.services, server.address)
}

/** Where the server of this installation listens; null: none runs, or nobody knows. */
async function runningAddress(config: Config): Promise<string | null> {
  if (config.databaseUrl !== null) return config.publicUrl
  return (await findInstance(config.dataDir))?.address ?? null
}

function readArgs(args: string[]): { folder: string; url: string | undefined; dryRun: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'dry-run': { type: 'boolean', default: false }, url: { type: 'string' } },
    })
    const [folder, ...others] = positionals
    if (folder === undefined || others.length > 0) throw new Error('one folder is needed')
    if (values.url !== undefined && !/^https?:$/.test(URL.parse(values.url)?.protocol ?? ''))
      throw new Error('--url must be an http or https address')
    return { folder, url: values.url, dryRun: values['dry-run'] }
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${usage}`)
  }
}
