import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

export interface DatabaseRow {
  version: string
  timescaleVersion: string | null
  startedAt: Date
  connections: number
  maxConnections: number
}

/** The SQL of how PostgreSQL is. */
export const databaseStore = {
  async now(db: Kysely<Tables>): Promise<DatabaseRow> {
    const { rows } = await sql<DatabaseRow>`
      select current_setting('server_version') as version, pg_postmaster_start_time() as "startedAt",
        (select extversion from pg_extension where extname = 'timescaledb') as "timescaleVersion",
        (select sum(numbackends)::int4 from pg_stat_database) as connections,
        current_setting('max_connections')::int4 as "maxConnections"`.execute(db)
    return rows[0] as DatabaseRow
  },

  async size(db: Kysely<Tables>): Promise<number> {
    const { rows } = await sql<{ bytes: number }>`
      select pg_database_size(current_database()) as bytes`.execute(db)
    return (rows[0] as { bytes: number }).bytes
  },

  /** null where the user may not look. */
  async walSize(db: Kysely<Tables>): Promise<number | null> {
    const { rows: may } = await sql<{ may: boolean }>`
      select has_function_privilege('pg_ls_waldir()', 'execute') as may`.execute(db)
    if (!may[0]?.may) return null
    const { rows } = await sql<{ bytes: number }>`select sum(size)::int8 as bytes from pg_ls_waldir()`.execute(db)
    return rows[0]?.bytes ?? null
  },

  /**
   * How far a standby is behind; null: not known. One that hears its primary and has replayed all is not behind, however
   * long nothing was written; one that hears nothing is as old as what it replayed last.
   */
  async standby(db: Kysely<Tables>): Promise<{ isStandby: boolean; lagMs: number | null }> {
    const { rows } = await sql<{ isStandby: boolean; lagMs: number | null }>`
      select pg_is_in_recovery() as "isStandby",
        case when not pg_is_in_recovery() or (exists (select from pg_stat_wal_receiver)
            and pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()) then 0
          else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 * 1000
        end as "lagMs"`.execute(db)
    const { isStandby, lagMs } = rows[0] as { isStandby: boolean; lagMs: number | null }
    return { isStandby, lagMs: lagMs === null ? null : Math.max(0, lagMs) }
  },
}
