import { type Kysely, sql } from 'kysely'
import { sqlState, type Tables } from '#platform'
import type { Span } from './partitions.ts'
import type { StorageSizes } from './seal-store.ts'

/** Whoever waits for a lock makes others wait behind: given up soon, and tried again the next time. */
const lockMs = 200
const lockNotAvailable = '55P03'
/** 'upkeep' */
const upkeepLock = 0x75706b656570

export interface Materialised {
  /** Readings before it are materialised, or marked as stale. */
  untilMs: number
  /** Materialised without a gap up to here. */
  doneMs: number
  generation: number
}

const ms = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::float8`)
/** The continuous aggregate's own table. */
async function materialisedTable(db: Kysely<Tables>): Promise<ReturnType<typeof sql.table>> {
  const { rows } = await sql<{ schema: string; name: string }>`
    select materialization_hypertable_schema as schema, materialization_hypertable_name as name
    from timescaledb_information.continuous_aggregates
    where view_schema = current_schema and view_name = 'reading_15m'`.execute(db)
  const [{ schema, name }] = rows as [{ schema: string; name: string }]
  return sql.table(`${schema}.${name}`)
}

/** The SQL of the TimescaleDB engine's upkeep. */
export const timescaleStore = {
  /**
   * Of two refreshes at once the extension fails one, and a chunk that goes fails whoever lists it. Ends with this process.
   * @param otherwise what to do while another process does so: nothing, or wait until it is done
   */
  alone: async (db: Kysely<Tables>, otherwise: 'skip' | 'wait', work: () => Promise<void>): Promise<void> =>
    db.transaction().execute(async (tx) => {
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx)
      await sql`set local statement_timeout = 0`.execute(tx)
      if (otherwise === 'wait') await sql`select pg_advisory_xact_lock(${upkeepLock})`.execute(tx)
      const { rows } = await sql<{ free: boolean }>`select pg_try_advisory_xact_lock(${upkeepLock}) as free`.execute(tx)
      if (rows[0]?.free) await work()
    }),

  /**
   * From now on what is written before `untilMs` is marked. Waits for those who write just now, so that whatever they
   * write is seen by a refresh that begins after this; not for long, though: then the line stays until the next time.
   */
  moveLine: async (db: Kysely<Tables>, untilMs: number): Promise<Materialised> => {
    const columns = sql`${ms('until')} as "untilMs", ${ms('done')} as "doneMs", generation`
    try {
      return await db.transaction().execute(async (tx) => {
        await sql`set local lock_timeout = ${sql.lit(lockMs)}`.execute(tx)
        await sql`select pg_advisory_xact_lock(materialisation_lock())`.execute(tx)
        const { rows } = await sql<Materialised>`
          update materialisation set generation = generation + 1, until = greatest(until, ${new Date(untilMs)})
          returning ${columns}`.execute(tx)
        return rows[0] as Materialised
      })
    } catch (error) {
      if (sqlState(error) !== lockNotAvailable) throw error
      const { rows } = await sql<Materialised>`select ${columns} from materialisation`.execute(db)
      return rows[0] as Materialised
    }
  },

  sizes: async (db: Kysely<Tables>): Promise<StorageSizes> => {
    const { rows } = await sql<StorageSizes>`
      select coalesce(hypertable_size('reading'), 0) as "hotBytes", pg_total_relation_size('segment') as "segmentBytes"`.execute(
      db,
    )
    return rows[0] as StorageSizes
  },

  /** The first chunk that reaches beyond an instant. */
  nextChunk: async (db: Kysely<Tables>, afterMs: number): Promise<Span | undefined> => {
    const { rows } = await sql<Span>`
      select ${ms('range_start')} as "fromMs", ${ms('range_end')} as "toMs" from timescaledb_information.chunks
      where hypertable_schema = current_schema and hypertable_name = 'reading' and range_end > ${new Date(afterMs)}
      order by range_start limit 1`.execute(db)
    return rows[0]
  },

  refresh: async (db: Kysely<Tables>, { fromMs, toMs }: Span): Promise<void> => {
    await sql`call refresh_continuous_aggregate('reading_15m', ${new Date(fromMs)}::timestamptz,
      ${new Date(toMs)}::timestamptz)`.execute(db)
  },

  noteDone: async (db: Kysely<Tables>, untilMs: number): Promise<void> => {
    await sql`update materialisation set done = greatest(done, ${new Date(untilMs)})`.execute(db)
  },

  staleDays: async (db: Kysely<Tables>, beforeGeneration: number): Promise<number[]> => {
    const { rows } = await sql<{ day: number }>`
      select distinct ${ms('day')} as day from stale_day where generation < ${beforeGeneration} order by 1`.execute(db)
    return rows.map(({ day }) => day)
  },

  clearStale: async (db: Kysely<Tables>, dayMs: number, beforeGeneration: number): Promise<void> => {
    await sql`delete from stale_day where day = ${new Date(dayMs)} and generation < ${beforeGeneration}`.execute(db)
  },

  /** What arrived for days of which only figures are left. */
  dropLateForExpired: async (db: Kysely<Tables>, beforeGeneration: number): Promise<number> => {
    const { numAffectedRows = 0n } = await sql`
      delete from reading r
      using (select distinct s.sensor_id, s.from_at, s.to_at from stale_day d
             join segment s on s.sensor_id = d.sensor_id and s.from_at < d.day + interval '24 hours' and s.to_at > d.day
             where d.generation < ${beforeGeneration} and s.step_ms is null) expired
      where r.sensor_id = expired.sensor_id and r.at >= expired.from_at and r.at < expired.to_at`.execute(db)
    return Number(numAffectedRows)
  },

  sensorCount: async (db: Kysely<Tables>): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from sensor`.execute(db)
    return rows[0]?.count ?? 0
  },

  /** Chunks that end before an instant and hold rows that are not compressed; of readings and of their figures. */
  uncompressed: async (db: Kysely<Tables>, beforeMs: number): Promise<string[]> => {
    // Bits of a chunk's status: 1 compressed, 2 and 8 in part only.
    const { rows } = await sql<{ name: string }>`
      select format('%I.%I', c.schema_name, c.table_name) as name from _timescaledb_catalog.chunk c
      where not c.dropped and c.status <> 1
        and format('%I.%I', c.schema_name, c.table_name)::regclass in (
          select show_chunks('reading', older_than => ${new Date(beforeMs)}::timestamptz)
          union all
          select show_chunks('reading_15m', older_than => ${new Date(beforeMs)}::timestamptz))
      order by c.id`.execute(db)
    return rows.map(({ name }) => name)
  },

  /** However long it takes: late writers of that week wait meanwhile, nobody else does. */
  compress: async (db: Kysely<Tables>, chunk: string): Promise<void> => {
    await db.transaction().execute(async (tx) => {
      await sql`set local statement_timeout = 0`.execute(tx)
      await sql`set local lock_timeout = ${sql.lit(lockMs)}`.execute(tx)
      // Where somebody reads the chunk, its rows are deleted instead: truncating would make all readers wait.
      await sql`set local timescaledb.compress_truncate_behaviour = 'truncate_or_delete'`.execute(tx)
      await sql`select compress_chunk(${chunk}::regclass, if_not_compressed => true)`.execute(tx)
    })
  },

  /** Where the newest compressed chunk of readings ends. */
  compressedEndMs: async (db: Kysely<Tables>): Promise<number> => {
    const { rows } = await sql<{ endMs: number | null }>`
      select ${ms('max(range_end)')} as "endMs" from timescaledb_information.chunks
      where hypertable_schema = current_schema and hypertable_name = 'reading' and is_compressed`.execute(db)
    return rows[0]?.endMs ?? Number.NEGATIVE_INFINITY
  },

  closedChunks: async (db: Kysely<Tables>, beforeMs: number): Promise<string[]> => {
    const { rows } = await sql<{ chunk: string }>`
      select show_chunks('reading', older_than => ${new Date(beforeMs)}::timestamptz)::text as chunk`.execute(db)
    return rows.map(({ chunk }) => chunk)
  },

  /** Drops a chunk that holds nothing any more: each of them is planned with every question. */
  dropIfEmpty: async (db: Kysely<Tables>, chunk: string): Promise<void> => {
    const isEmpty = async (from: Kysely<Tables>): Promise<boolean> => {
      const { rows } = await sql<{ empty: boolean }>`
        select not exists (select from ${sql.raw(chunk)}) as empty`.execute(from)
      return rows[0]?.empty === true
    }
    if (!(await isEmpty(db))) return
    await db.transaction().execute(async (tx) => {
      await sql`set local lock_timeout = ${sql.lit(lockMs)}`.execute(tx)
      // Of the whole, or questions that are being planned would fail for the want of it.
      await sql`lock table only reading, ${sql.raw(chunk)} in access exclusive mode`.execute(tx)
      if (await isEmpty(tx)) await sql`drop table ${sql.raw(chunk)}`.execute(tx)
    })
  },

  /** Takes away the figures of quarter hours whose readings go in the same transaction. */
  dropQuarters: async (
    tx: Kysely<Tables>,
    units: readonly { sensorId: number; fromMs: number; toMs: number }[],
  ): Promise<void> => {
    const iso = (of: 'fromMs' | 'toMs') => units.map((unit) => new Date(unit[of]).toISOString())
    await sql`
      delete from ${await materialisedTable(tx)} q
      using unnest(${units.map(({ sensorId }) => sensorId)}::int4[], ${iso('fromMs')}::timestamptz[],
                   ${iso('toMs')}::timestamptz[]) as d (id, from_at, to_at)
      where q.sensor_id = d.id and q.at >= d.from_at and q.at < d.to_at`.execute(tx)
  },

  removeSensor: async (tx: Kysely<Tables>, sensorId: number): Promise<void> => {
    for (const table of [
      sql.table('reading'),
      sql.table('segment'),
      sql.table('stale_day'),
      await materialisedTable(tx),
    ])
      await sql`delete from ${table} where sensor_id = ${sensorId}`.execute(tx)
  },
}
