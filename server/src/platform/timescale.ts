import type pg from 'pg'

const fail = (text: string): never => {
  throw new Error(`PLENUM_STORAGE: timescale needs ${text}`)
}

/**
 * Makes the extension TimescaleDB ready in a database, in the caller's transaction.
 * @throws in one line that names what is missing
 */
export async function prepareTimescale(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ available: boolean; preloaded: boolean }>(`
    select exists (select from pg_available_extensions where name = 'timescaledb') as available,
           exists (select from pg_settings where name = 'timescaledb.disable_load') as preloaded`)
  if (!rows[0]?.available) fail('the extension timescaledb, which is not installed on this server')
  if (!rows[0]?.preloaded) fail('timescaledb in shared_preload_libraries of this server, and a restart')
  await client.query('create extension if not exists timescaledb')
  const { rows: found } = await client.query<{ version: string; license: string }>(`
    select extversion as version, current_setting('timescaledb.license') as license
    from pg_extension where extname = 'timescaledb'`)
  const { version = '', license } = found[0] ?? {}
  const [major = 0, minor = 0] = version.split('.').map(Number)
  // Statement triggers on hypertables see the rows that changed since 2.18.
  if (major < 2 || (major === 2 && minor < 18)) fail(`TimescaleDB 2.18 or newer; this database has ${version}`)
  if (license !== 'timescale') fail(`the licence "timescale" (compression is part of it); this server has "${license}"`)
}
