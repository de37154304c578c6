import { commonErrors, sqlState } from '#platform'

/** SQLSTATEs query_canceled (the statement's time was up) and lock_not_available: it may be done a moment later. */
const notInTime = new Set(['57014', '55P03'])

/** A statement that was not done in time as the 503 that callers see; anything else as it is. */
export const asOverloaded = (error: unknown): unknown =>
  notInTime.has(sqlState(error))
    ? commonErrors.overloaded({ detail: 'The database took too long.', retryAfterS: 2 }, error)
    : error
