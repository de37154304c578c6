import { type Kysely, sql } from 'kysely'
import { commonErrors, sqlState, type Tables } from '#platform'
import type { Batch } from './batch.ts'
import { float8Array, int2Array, int4Array, timestamptzArray } from './binary-array.ts'
import { distinct } from './identity.ts'
import { createPartitions } from './partitions.ts'
import { sealStore } from './seal-store.ts'
import { withoutSealedDuplicates } from './sealed-duplicates.ts'

export type ReadingStore = ReturnType<typeof createStore>

export interface Stored {
  stored: number
  duplicates: number
}

/** SQLSTATE check_violation: here, no partition takes the row. */
const noPartition = '23514'
/** SQLSTATEs query_canceled (the statement's time was up) and lock_not_available: it may be done a moment later. */
const notInTime = new Set(['57014', '55P03'])

export function createStore(db: Kysely<Tables>) {
  const partitions = createPartitions(db)

  /**
   * Rows that are new or differ from what is stored; the count of them is what was stored. A row whose value is already
   * there is locked but not written again.
   */
  const upsert = async (on: Kysely<Tables>, batch: Batch): Promise<number> => {
    const { numAffectedRows } = await sql`
      insert into reading (sensor_id, at, value, quality)
      select * from unnest(
        ${int4Array(batch.sensorIds)}::int4[], ${timestamptzArray(batch.atMs)}::timestamptz[],
        ${float8Array(batch.values)}::float8[], ${int2Array(batch.qualities)}::int2[])
      on conflict (sensor_id, at) do update set value = excluded.value, quality = excluded.quality
      where reading.value <> excluded.value`.execute(on)
    return Number(numAffectedRows ?? 0n)
  }

  const write = async (batch: Batch): Promise<Stored> => {
    const { first, last, overwritten } = distinct(batch)
    let stored: number
    if (last.sensorIds.length === 0) stored = await upsert(db, first)
    else stored = await db.transaction().execute(async (tx) => (await upsert(tx, first)) + (await upsert(tx, last)))
    stored += overwritten
    return { stored, duplicates: batch.sensorIds.length - stored }
  }

  const writeWithPartitions = async (batch: Batch, nowMs: number): Promise<Stored> => {
    await partitions.ensure(batch.atMs, nowMs)
    try {
      return await write(batch)
    } catch (error) {
      if (sqlState(error) !== noPartition) throw error
      // Somebody dropped one that was there.
      partitions.forget()
      await partitions.ensure(batch.atMs, nowMs)
      return write(batch)
    }
  }

  return {
    partitions,

    /**
     * Returns after the commit. Every reading of the batch is then stored, replaced or known to be there.
     * @throws overloaded
     */
    async add(batch: Batch, nowMs: number): Promise<Stored> {
      if (batch.sensorIds.length === 0) return { stored: 0, duplicates: 0 }
      try {
        const news = await withoutSealedDuplicates(db, batch, nowMs)
        if (news.sensorIds.length === 0) return { stored: 0, duplicates: batch.sensorIds.length }
        const { stored } = await writeWithPartitions(news, nowMs)
        return { stored, duplicates: batch.sensorIds.length - stored }
      } catch (error) {
        if (!notInTime.has(sqlState(error))) throw error
        throw commonErrors.overloaded({ detail: 'The database took too long.', retryAfterS: 2 }, error)
      }
    },

    async removeSensor(tx: Kysely<Tables>, sensorId: number): Promise<void> {
      // Else a day that is being sealed just now would come back.
      await sealStore.lock(tx, [sensorId])
      await tx.deleteFrom('reading').where('sensor_id', '=', sensorId).execute()
      await sql`delete from segment where sensor_id = ${sensorId}`.execute(tx)
    },
  }
}
