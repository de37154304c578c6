/**
 * Ages are told by the server's clock, not by this computer's: a laptop three minutes off would otherwise show every
 * reading three minutes older than it is. The `Date` header is good to a second; below that the clocks agree.
 */
const agreementMs = 2_000

let offsetMs = 0

/** How far the server's clock is ahead, or 0 while the two agree or the header cannot be read. */
export const clockOffsetMs = (dateHeader: string | null, receivedAtMs: number): number => {
  const serverMs = dateHeader === null ? Number.NaN : Date.parse(dateHeader)
  if (Number.isNaN(serverMs)) return 0
  const offset = serverMs - receivedAtMs
  return Math.abs(offset) <= agreementMs ? 0 : offset
}

export const noteServerDate = (dateHeader: string | null, receivedAtMs: number): void => {
  if (dateHeader !== null) offsetMs = clockOffsetMs(dateHeader, receivedAtMs)
}

/** An instant of this computer's clock by the server's, in milliseconds since 1970. */
export const toServerTime = (localMs: number): number => localMs + offsetMs

export const serverNow = (): number => toServerTime(Date.now())
