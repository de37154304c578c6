import { type Auth, hasSameRights, holderName } from '#auth'
import type { Clock, Log } from '#platform'
import type { Hub } from './hub.ts'
import { rightsMs } from './limits.ts'

interface RightsWatchContext {
  clock: Clock
  log: Log
  hub: Pick<Hub, 'streams' | 'end'>
  now: Auth['holders']['now']
}

/**
 * Rights are looked at when a stream is opened, and again while it lasts: one statement a second for all sessions and
 * keys that watch, however many. A stream whose holder has ended, or may now see more or less, ends: whoever comes back
 * is answered by what holds then.
 */
export function createRightsWatch({ clock, log, hub, now }: RightsWatchContext) {
  let checkedAtMs = -Infinity
  let isKnown = true

  const check = async (): Promise<void> => {
    const asked = new Set(hub.streams())
    if (asked.size === 0) return
    const holders = new Map([...asked].map(({ holder }) => [holderName(holder), holder]))
    const people = await now([...holders.values()])
    hub.end((stream) => {
      if (!asked.has(stream)) return false
      const person = people.get(holderName(stream.holder))
      return person === undefined || !hasSameRights(person, stream.person)
    })
  }

  return {
    /** Another look before anything more is sent. */
    expire(): void {
      checkedAtMs = -Infinity
    },

    /** @returns false while the database does not say who may what: then nothing should be sent */
    async areKnown(): Promise<boolean> {
      if (clock.now() - checkedAtMs < rightsMs) return isKnown
      checkedAtMs = clock.now()
      try {
        await check()
        isKnown = true
      } catch (error) {
        if (isKnown) log.warn({ err: error }, 'rights of those who watch are not known: nothing is sent')
        isKnown = false
      }
      return isKnown
    },
  }
}
