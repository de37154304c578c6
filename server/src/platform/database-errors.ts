import { commonErrors, PlenumError } from './errors.ts'

/**
 * SQLSTATEs that say "not now": connection, resources, operator intervention (shutdown, starting up), a sign-in or
 * database the operator has to mend, a primary that has become a replica, serialisation failure and deadlock.
 */
const notNow = /^(08|28|53|57P|58030|3D000|25006|40001|40P01)/
/** What the operating system and the pool say when the server is gone. */
const unreachable = /ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN/
const poolWords =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end|Query read timeout/

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** True where the statement may succeed later, unchanged. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  if (notNow.test(code) || unreachable.test(code)) return true
  return error instanceof Error && poolWords.test(error.message)
}

/** SQLSTATE of a failed statement, '' for other errors. */
export const sqlState = (error: unknown): string => (/^[0-9A-Z]{5}$/.test(codeOf(error)) ? codeOf(error) : '')

/** Name of the constraint that a statement broke, '' for other errors. */
export const brokenConstraint = (error: unknown): string => {
  const name = (error as { constraint?: unknown } | null)?.constraint
  return typeof name === 'string' ? name : ''
}

/** Name of the column that a statement left without a value it must have, '' for other errors. */
export const missingColumn = (error: unknown): string => {
  const name = (error as { column?: unknown } | null)?.column
  return sqlState(error) === '23502' && typeof name === 'string' ? name : ''
}

/** A connection can break between a commit and its confirmation, so this does not say that nothing was stored. */
const unconfirmed = 'The database did not answer, so nothing is confirmed. Try again shortly.'

/** An outage as the 503 that callers see; anything else as it is. */
export const asUnavailable = (error: unknown): unknown =>
  !(error instanceof PlenumError) && isDatabaseUnavailable(error)
    ? commonErrors.database_unavailable({ detail: unconfirmed, retryAfterS: 2 }, error)
    : error
