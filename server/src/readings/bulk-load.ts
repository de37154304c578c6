import type { Kysely } from 'kysely'
import { sqlState, type Tables } from '#platform'
import type { GivenDay, Piece } from './day-group.ts'
import { asOverloaded } from './overload.ts'
import type { RejectionCode } from './rejection.ts'
import { type Layers, layersOf } from './replace.ts'
import { rewriteDays } from './rewrite-days.ts'
import { sealStore } from './seal-store.ts'

/** Transactions at a time, of all requests: while one is encoded here, the database writes the other. */
const lanes = 2
/** SQLSTATE deadlock_detected: ingest wrote the same rows in another order. */
const deadlock = '40P01'
const attempts = 3

export interface Loaded {
  stored: number
  duplicates: number
  /** Stretches that could not be stored; the whole of each. */
  refused: { piece: Piece; code: RejectionCode }[]
  /** Days with at least one reading stored. */
  changed: GivenDay[]
}

/** A day with what is to be laid over what is stored of it. */
export interface AddedDay extends GivenDay {
  added: Layers
}

/** How an engine stores readings of closed days: of each, how many were new or another, or lie in days that expired. */
export type LoadDays = (
  tx: Kysely<Tables>,
  days: readonly AddedDay[],
) => Promise<readonly { changed: number; expired: number }[]>

/** Straight into segments: the same answers afterwards as if they had been sent, at many times the speed. */
export const loadSegments: LoadDays = async (tx, days) => (await rewriteDays(tx, days)).added

/**
 * Stores readings of closed days. They are judged already.
 * @param onSealed told after each commit
 */
export function createBulkLoad(db: Kysely<Tables>, loadDays: LoadDays, onSealed: () => void) {
  let free = lanes
  const waiting: (() => void)[] = []

  const load = (days: readonly GivenDay[]): Promise<Loaded> =>
    db.transaction().execute(async (tx) => {
      const loaded: Loaded = { stored: 0, duplicates: 0, refused: [], changed: [] }
      const existing = await sealStore.lockDays(tx, days)
      const refuse = (day: GivenDay, code: RejectionCode) =>
        loaded.refused.push(...day.pieces.map((piece) => ({ piece, code })))
      for (const day of days) if (!existing.has(day.sensorId)) refuse(day, 'reading_sensor_unknown')
      const known = days
        .filter(({ sensorId }) => existing.has(sensorId))
        .map((day) => ({ ...day, added: layersOf(day.pieces.map(({ readings }) => readings)) }))
      const added = await loadDays(tx, known)
      known.forEach((day, i) => {
        const { changed, expired } = added[i] as (typeof added)[number]
        if (expired > 0 && changed === 0) return refuse(day, 'reading_expired')
        const stored = changed + day.added.overwritten
        loaded.stored += stored
        loaded.duplicates += day.readings - stored
        if (stored > 0) loaded.changed.push(day)
      })
      return loaded
    })

  const withRetries = async (days: readonly GivenDay[]): Promise<Loaded> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const loaded = await load(days)
        onSealed()
        return loaded
      } catch (error) {
        if (sqlState(error) !== deadlock || attempt === attempts) throw asOverloaded(error)
      }
    }
  }

  return {
    /** Resolves when a lane is free for the caller, who has to use it: `store` gives it back. */
    async lane(): Promise<void> {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },

    /** Returns after the commit of all of it. @throws overloaded */
    async store(days: readonly GivenDay[]): Promise<Loaded> {
      try {
        return await withRetries(days)
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}

export type BulkLoad = ReturnType<typeof createBulkLoad>
