import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type pg from 'pg'
import { connectDirectly } from './database.ts'
import type { Log } from './log.ts'
import { prepareTimescale } from './timescale.ts'

const folder = new URL('../../migrations/', import.meta.url)
/** Any number will do as long as no other program on the same database takes it: 'Plenum'. */
const lockKey = 0x506c656e756d

/** What keeps readings; fixed by a database's first migration. */
export type Storage = 'native' | 'timescale'

interface Migration {
  name: string
  sql: string
  checksum: string
}

const numbered = /^\d{4}_[a-z_]+\.sql$/
/** Of an engine: what common migrations have made otherwise is made anew after them. */
const viewsOf = (storage: Storage) => `${storage}/views.sql`

async function readMigration(name: string): Promise<Migration> {
  const sql = await readFile(new URL(name, folder), 'utf8')
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
}

/** In the order of their numbers. One of an engine's folder takes the place of the common one with the same name. */
export async function listMigrations(storage: Storage = 'native'): Promise<Migration[]> {
  const names = new Map((await readdir(folder)).map((name) => [name, name]))
  if (storage !== 'native')
    for (const name of await readdir(new URL(`${storage}/`, folder))) names.set(name, `${storage}/${name}`)
  const ordered = [...names].filter(([name]) => numbered.test(name)).sort(([a], [b]) => (a < b ? -1 : 1))
  return Promise.all(ordered.map(([, path]) => readMigration(path)))
}

/**
 * Brings the database to this program's version, in one transaction behind a lock: of two instances that start at
 * once, one migrates and the other finds it done. Returns the names applied now.
 * @throws where the server is older than PostgreSQL 15, lacks what the engine needs, or the database belongs to a newer
 *   or changed Plenum, or to another engine.
 */
export async function migrate(url: string, log: Log, storage: Storage = 'native'): Promise<string[]> {
  const client = await connectDirectly(url, 'plenum migrate')
  try {
    await refuseOldServer(client)
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [lockKey])
    const applied = await applyPending(client, storage)
    await client.query('commit')
    if (applied.length > 0) log.info({ migrations: applied }, 'database migrated')
    return applied
  } finally {
    // Ending the connection rolls back whatever was not committed.
    await client.end()
  }
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  )
  const major = Math.floor((rows[0]?.version ?? 0) / 10_000)
  if (major < 15) throw new Error(`DATABASE_URL: the server is PostgreSQL ${major}; Plenum needs 15 or newer`)
}

async function applyPending(client: pg.Client, storage: Storage): Promise<string[]> {
  const migrations = await listMigrations(storage)
  await client.query(`create table if not exists plenum_migration (
    name text primary key, checksum text not null, applied_at timestamptz not null default now())`)
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from plenum_migration')
  const done = new Map(rows.map((row) => [row.name, row.checksum]))
  refuseOtherEngine(done.keys(), storage)
  if (storage === 'timescale') await prepareTimescale(client)
  for (const name of done.keys()) {
    if (name !== viewsOf(storage) && !migrations.some((migration) => migration.name === name))
      throw new Error(`the database was made by a newer Plenum (migration ${name}); install that version`)
  }
  const applied: string[] = []
  for (const { name, sql, checksum } of migrations) {
    const before = done.get(name)
    if (before === checksum) continue
    if (before !== undefined) throw new Error(`migration ${name} is not the one that was applied; restore its file`)
    await client.query(sql)
    await client.query('insert into plenum_migration (name, checksum) values ($1, $2)', [name, checksum])
    applied.push(name)
  }
  if (storage !== 'native') {
    const { name, sql, checksum } = await readMigration(viewsOf(storage))
    if (applied.length > 0 || done.get(name) !== checksum) {
      await client.query(sql)
      await client.query(
        `insert into plenum_migration (name, checksum) values ($1, $2)
         on conflict (name) do update set checksum = excluded.checksum, applied_at = now()`,
        [name, checksum],
      )
    }
  }
  return applied
}

/** Readings don't move from one engine to another by a variable alone. */
function refuseOtherEngine(done: Iterable<string>, storage: Storage): void {
  const names = [...done]
  if (names.length === 0) return
  const made = names.some((name) => name.startsWith('timescale/')) ? 'timescale' : 'native'
  if (made !== storage)
    throw new Error(
      `PLENUM_STORAGE: it is ${storage}, but this database was made with ${made}; set it to ${made} or use a new database`,
    )
}
