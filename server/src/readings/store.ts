import { CompiledQuery } from 'kysely'
import { type Database, sqlState, type Storage } from '#platform'
import type { Batch } from './batch.ts'
import { arraysOf, countOf } from './binary-array.ts'
import { copyRowsOf } from './copy-rows.ts'
import { arrivalsOf } from './engine.ts'
import { createGroupCommit } from './group-commit.ts'
import { distinct } from './identity.ts'
import { createNewest } from './newest.ts'
import { asOverloaded } from './overload.ts'
import { copyIn, insert, insertOrReplace } from './reading-statements.ts'

export type ReadingStore = ReturnType<typeof createStore>

export interface Stored {
  stored: number
  duplicates: number
}

/** `isNew`: all of the batch was stored, each reading under an identity that was free. */
export type Added = Stored & { isNew: boolean }

/** SQLSTATE check_violation: here, no partition takes the row. */
const noPartition = '23514'
/**
 * SQLSTATE classes of what lies in the rows: one is there already (23505), has no partition (23514), holds a value
 * that can't be (22), meets those of another instance (40P01). Their batches are then written one by one.
 */
const liesInRows = /^(22|23|40)/

/** While one waits for the disk, another keeps PostgreSQL busy; 3 and 4 measured no better (docs/adr/0006-group-commit.md). */
const writers = 2
/** A reading costs PostgreSQL 3.5 µs in statements of 100, 2.0 in those of 1,000, 1.8 in those of 5,000. */
const maxReadings = 5_000
/** A prepared insert of 400 costs PostgreSQL 15 % less than a copy; from here on a copy costs less. */
const leastCopied = 2_000
/** Those that write what is late or repeated: more would take connections from dashboards. */
const lateWriters = 4

/**
 * @param database `statements: 'unnamed'` where a connection is not one's own from statement to statement, as behind
 *   PgBouncer in transaction mode
 */
export function createStore(
  { db, execute, copy }: Pick<Database, 'db' | 'execute' | 'copy'>,
  { storage, statements = 'named' }: { storage: Storage; statements?: 'named' | 'unnamed' },
) {
  const arrivals = arrivalsOf(storage, db)
  const newest = createNewest()

  const run = (name: string, text: string, group: readonly Batch[]): Promise<number> =>
    execute(text, arraysOf(group), statements === 'named' ? name : undefined)

  const upsert = async (batch: Batch): Promise<Stored> => {
    const { first, last, overwritten } = distinct(batch)
    let stored = overwritten
    if (last.sensorIds.length === 0) stored += await run('reading_upsert', insertOrReplace, [first])
    else {
      await db.transaction().execute(async (tx) => {
        for (const part of [first, last]) {
          const { numAffectedRows } = await tx.executeQuery(CompiledQuery.raw(insertOrReplace, arraysOf([part])))
          stored += Number(numAffectedRows)
        }
      })
    }
    return { stored, duplicates: batch.sensorIds.length - stored }
  }

  /**
   * Fails as a whole where a single reading is there already. No circle of writers can wait for each other here: these
   * are readings that nobody tried before, so this waits for none, and an upsert goes in the order of the primary key.
   * Another instance that is sent the same at once can; PostgreSQL then ends one of the two (40P01).
   */
  const insertTogether = createGroupCommit({
    writers,
    maxReadings,
    write: (group) =>
      countOf(group) < leastCopied ? run('reading_insert', insert, group) : copy(copyIn, copyRowsOf(group)),
  })
  /** One by one, and so each with a count of its own. */
  const upsertAlone = createGroupCommit({
    writers: lateWriters,
    maxReadings: 0,
    write: ([batch]) => upsert(batch as Batch),
  })

  /** What was stored is as if batches came one after the other, whichever of them were written together. */
  const write = async (batch: Batch, nowMs: number): Promise<Added> => {
    await arrivals.makeRoom(batch.atMs, nowMs)
    if (newest.claim(batch)) {
      try {
        await insertTogether(batch)
        return { stored: batch.sensorIds.length, duplicates: 0, isNew: true }
      } catch (error) {
        if (!liesInRows.test(sqlState(error))) throw error
      }
    }
    try {
      return { ...(await upsertAlone(batch)), isNew: false }
    } catch (error) {
      if (sqlState(error) !== noPartition) throw error
      // Somebody dropped one that was there.
      arrivals.forgetRoom()
      await arrivals.makeRoom(batch.atMs, nowMs)
      return { ...(await upsertAlone(batch)), isNew: false }
    }
  }

  return {
    makeRoom: arrivals.makeRoom,
    newest,
    /** Days were sealed in this process. */
    daysSealed: arrivals.daysSealed,
    removeSensor: arrivals.removeSensor,

    /**
     * Returns after the commit. Every reading of the batch is then stored, replaced or known to be there.
     * @throws overloaded
     */
    async add(batch: Batch, nowMs: number): Promise<Added> {
      if (batch.sensorIds.length === 0) return { stored: 0, duplicates: 0, isNew: true }
      try {
        const news = await arrivals.withoutKnown(batch, nowMs)
        if (news.sensorIds.length === 0) return { stored: 0, duplicates: batch.sensorIds.length, isNew: false }
        const { stored, isNew } = await write(news, nowMs)
        const all = batch.sensorIds.length
        return { stored, duplicates: all - stored, isNew: isNew && news.sensorIds.length === all }
      } catch (error) {
        throw asOverloaded(error)
      }
    },
  }
}
