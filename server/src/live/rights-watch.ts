import { type Auth, hasSameRights, holderName, type Person } from '#auth'
import type { Log } from '#platform'
import type { Hub } from './hub.ts'
import type { Stream } from './stream.ts'

interface RightsWatchContext {
  log: Log
  hub: Pick<Hub, 'streams' | 'end'>
  now: Auth['holders']['now']
}

/**
 * Rights are looked at when a stream is opened, and at every beat while it lasts: that asks the database what requests
 * ask as well, once a second for all of them. A stream whose holder has ended, or may now see more or less, ends:
 * whoever comes back is answered by what holds then.
 */
export function createRightsWatch({ log, hub, now }: RightsWatchContext) {
  /** Found to have the same rights as the stream. */
  const same = new WeakMap<Stream, Person>()
  let isKnown = true

  const hasChanged = (stream: Stream, person: Person | undefined): boolean => {
    if (person === undefined) return true
    if (same.get(stream) === person) return false
    same.set(stream, person)
    return !hasSameRights(person, stream.person)
  }
  const check = async (): Promise<void> => {
    const asked = new Set(hub.streams())
    if (asked.size === 0) return
    const people = await now([...asked].map(({ holder }) => holder))
    hub.end((stream) => asked.has(stream) && hasChanged(stream, people.get(holderName(stream.holder))))
  }

  return {
    /** @returns false while the database does not say who may what: then nothing should be sent */
    async areKnown(): Promise<boolean> {
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
