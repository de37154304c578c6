import type { Log } from '#platform'
import type { Config } from '../config.ts'
import { migrateDatabase, StartError } from '../server.ts'

/** Migrates and ends, for those who do it before they start the new version. */
export async function migrateOnly({ databaseUrl, storage }: Config, log: Log, args: string[]): Promise<void> {
  if (args.length > 0) throw new StartError('usage: npm run plenum -- migrate')
  if (databaseUrl === null)
    throw new StartError('DATABASE_URL is needed; the embedded database migrates when Plenum starts')
  const applied = await migrateDatabase(databaseUrl, 'DATABASE_URL', log, storage)
  console.log(applied.length === 0 ? 'Nothing to do.' : `Applied: ${applied.join(', ')}`)
}
