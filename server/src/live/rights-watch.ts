import { type Auth, hasSameRights, holderName } from '#auth'
import type { Clock } from '#platform'
import type { Hub } from './hub.ts'
import { rightsMs } from './limits.ts'

interface RightsWatchContext {
  clock: Clock
  hub: Hub
  now: Auth['holders']['now']
}

/**
 * Rights are looked at when a stream is opened, and again while it lasts: one statement a second for all sessions and
 * keys that watch, however many. A stream whose holder has ended, or may now see more or less, ends: whoever comes back
 * is answered by what holds then.
 */
export function createRightsWatch({ clock, hub, now }: RightsWatchContext) {
  let checkedAtMs = -Infinity

  return {
    /** Another look before anything more is sent. */
    expire(): void {
      checkedAtMs = -Infinity
    },

    /** @throws where the database does not say; then nothing should be sent */
    async check(): Promise<void> {
      if (clock.now() - checkedAtMs < rightsMs) return
      const startedAtMs = clock.now()
      const asked = new Set(hub.streams())
      if (asked.size === 0) return
      const holders = new Map([...asked].map(({ holder }) => [holderName(holder), holder]))
      checkedAtMs = startedAtMs
      try {
        const people = await now([...holders.values()])
        hub.end((stream) => {
          if (!asked.has(stream)) return false
          const person = people.get(holderName(stream.holder))
          return person === undefined || !hasSameRights(person, stream.person)
        })
      } catch (error) {
        checkedAtMs = -Infinity
        throw error
      }
    },
  }
}
