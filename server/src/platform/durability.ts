import { type Kysely, sql } from 'kysely'
import type { Tables } from './database.ts'

/** Server settings without which a 2xx would promise more than it keeps. */
const needed: Record<string, (value: string) => boolean> = {
  fsync: (value) => value === 'on',
  full_page_writes: (value) => value === 'on',
  synchronous_commit: (value) => value !== 'off',
}

/** Names the settings under which an acknowledged reading could be lost; empty when all is safe. */
export async function unsafeSettings(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in (${sql.join(Object.keys(needed))})`.execute(db)
  return rows.filter((row) => !needed[row.name]?.(row.setting)).map((row) => `${row.name}=${row.setting}`)
}
