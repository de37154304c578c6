import type { SystemHistory } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { type Clock, commonErrors, sqlState, type Tables } from '#platform'
import { historyColumns, stepMsOf } from './history-columns.ts'
import { sampleStore } from './sample-store.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Read in pieces, so that no other request waits long while one is taken apart. */
const pieceMs = 6 * hourMs
/** A sample comes a minute; however many look, columns are made anew that often, and seldom where a step is long. */
const keepMsOf = (hours: number): number => Math.min(minuteMs, stepMsOf(hours) / 3)
const statementCancelled = '57014'

/** The last hours as columns. @throws database_unavailable where they can't be read in time */
export function createHistory({ db, clock }: { db: Kysely<Tables>; clock: Clock }) {
  const kept = new Map<number, { atMs: number; columns: Promise<SystemHistory> }>()

  const read = async (hours: number): Promise<SystemHistory> => {
    const stepMs = stepMsOf(hours)
    // Of the minute that goes on there is nothing yet.
    const toMs = Math.ceil((Math.floor(clock.now() / minuteMs) * minuteMs) / stepMs) * stepMs
    const fromMs = toMs - hours * hourMs
    const rows = []
    for (let ms = fromMs; ms < toMs; ms += pieceMs)
      rows.push(...(await sampleStore.list(db, { fromMs: ms, toMs: Math.min(toMs, ms + pieceMs) })))
    return historyColumns(rows, { fromMs, toMs, stepMs })
  }

  return (hours: number): Promise<SystemHistory> => {
    const nowMs = clock.now()
    const known = kept.get(hours)
    if (known && Math.abs(nowMs - known.atMs) < keepMsOf(hours)) return known.columns
    const columns = read(hours).catch((error: unknown) => {
      if (sqlState(error) !== statementCancelled) throw error
      throw commonErrors.database_unavailable({ detail: 'The samples were not read in time.', retryAfterS: 5 }, error)
    })
    kept.set(hours, { atMs: nowMs, columns })
    columns.catch(() => kept.delete(hours))
    return columns
  }
}
