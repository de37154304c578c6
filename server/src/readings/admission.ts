import { commonErrors } from '#platform'

/** Bodies held in memory at once, parsed ones included: about ten times this much heap at the worst. */
const bytesInFlight = 32 * 1024 * 1024
/** What a request costs however short it is, so that short ones can't queue for the database without end. */
const requestBytes = 16 * 1024

/** What one request may hold. Disposing gives all of it back. */
export interface Claim extends Disposable {
  /** From now on the request holds this many bytes. @throws overloaded */
  toHold(bytes: number): void
}

export type Admission = ReturnType<typeof createAdmission>

/** Refuses what could not be held, before it is read. */
export function createAdmission() {
  let held = 0

  return {
    held: () => held,

    /** @throws overloaded */
    claim(): Claim {
      let mine = 0
      const toHold = (bytes: number): void => {
        const more = Math.max(0, bytes - mine)
        if (held + more > bytesInFlight) {
          throw commonErrors.overloaded({ detail: 'Too many readings are waiting to be stored.', retryAfterS: 1 })
        }
        held += more
        mine += more
      }
      toHold(requestBytes)
      return {
        toHold,
        [Symbol.dispose]: () => {
          held -= mine
          mine = 0
        },
      }
    },
  }
}
