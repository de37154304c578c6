import type { InstanceFigures } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { Clock, Log, Tables } from '#platform'
import { type Instance, instanceStore } from './instance-store.ts'

/** What was learnt of others is good for as long: three renewals. */
const knownForMs = 30_000

export interface PresenceContext {
  db: Kysely<Tables>
  clock: Clock
  log: Log
  self: Omit<Instance, 'figures' | 'upS'>
}

/** Tells other processes that this one runs, and learns whether there are others. */
export function createPresence({ db, clock, log, self }: PresenceContext) {
  let others: number | null = null
  let learntMs = 0
  let isAway = false

  return {
    /** Never throws: a process whose database is away has other things to tell. */
    async renew(figures: InstanceFigures): Promise<void> {
      try {
        others = await instanceStore.renew(db, { ...self, upS: process.uptime(), figures })
        learntMs = clock.now()
        isAway = false
      } catch (error) {
        if (!isAway) log.warn({ err: error }, 'other instances are not told that this one runs')
        isAway = true
      }
    },

    /** Others know at once that it has ended. */
    async end(): Promise<void> {
      others = null
      await instanceStore.remove(db, self.id).catch((error: unknown) => {
        log.info({ err: error }, 'other instances learn within a minute that this one has ended')
      })
    },

    isAlone: (): boolean => others === 0 && clock.now() - learntMs < knownForMs,
  }
}
