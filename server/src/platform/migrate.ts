import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type pg from 'pg'
import { connectDirectly } from './database.ts'
import type { Log } from './log.ts'

const folder = new URL('../../migrations/', import.meta.url)
/** Any number will do as long as no other program on the same database takes it: 'Plenum'. */
const lockKey = 0x506c656e756d

interface Migration {
  name: string
  sql: string
  checksum: string
}

export async function listMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z_]+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/**
 * Brings the database to this program's version, in one transaction behind a lock: of two instances that start at
 * once, one migrates and the other finds it done. Returns the names applied now.
 * @throws where the server is older than PostgreSQL 15, or the database belongs to a newer or changed Plenum.
 */
export async function migrate(url: string, log: Log): Promise<string[]> {
  const client = await connectDirectly(url, 'plenum migrate')
  try {
    await refuseOldServer(client)
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [lockKey])
    const applied = await applyPending(client, await listMigrations())
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

async function applyPending(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  await client.query(`create table if not exists plenum_migration (
    name text primary key, checksum text not null, applied_at timestamptz not null default now())`)
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from plenum_migration')
  const done = new Map(rows.map((row) => [row.name, row.checksum]))
  for (const name of done.keys()) {
    if (!migrations.some((migration) => migration.name === name))
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
  return applied
}
