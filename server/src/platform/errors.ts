/**
 * Errors a caller can act on. Each slice has one table of them in its `errors.ts`; a code is stable and never
 * used again for something else, so clients may switch on it.
 */
export interface ErrorDetails {
  detail?: string
  /** Seconds until a retry may succeed. */
  retryAfterS?: number
  /** What is wrong with which field. */
  errors?: { path: string; detail: string }[]
}

export class PlenumError extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly details: ErrorDetails

  constructor(code: string, status: number, title: string, details: ErrorDetails, cause?: unknown) {
    super(details.detail ?? title, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.title = title
    this.details = details
  }
}

type Throwable = (details?: string | ErrorDetails, cause?: unknown) => PlenumError

const known = new Map<string, { status: number; title: string }>()

/**
 * @example
 * const errors = defineErrors({ sensor_not_found: [404, 'No such sensor'] })
 * throw errors.sensor_not_found(`Sensor ${id} does not exist.`)
 */
export function defineErrors<C extends string>(table: Record<C, [status: number, title: string]>) {
  const made = {} as Record<C, Throwable>
  for (const [code, [status, title]] of Object.entries(table) as [C, [number, string]][]) {
    if (known.has(code)) throw new Error(`the error code ${code} is defined twice`)
    known.set(code, { status, title })
    made[code] = (details = {}, cause) =>
      new PlenumError(code, status, title, typeof details === 'string' ? { detail: details } : details, cause)
  }
  return made
}

/** Every code the running program can answer, for the documentation. */
export const errorCodes = (): ReadonlyMap<string, { status: number; title: string }> => known

export const commonErrors = defineErrors({
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  validation_failed: [400, 'The request is not as documented'],
  forwarded_address_invalid: [400, 'The proxy forwards something that is not an address'],
  body_not_json: [400, 'The body is not JSON'],
  body_too_large: [413, 'The body is too large'],
  media_type_unsupported: [415, 'Content type not supported'],
  cursor_invalid: [400, 'The cursor is not one of ours'],
  internal: [500, 'Something went wrong here'],
  database_unavailable: [503, 'The database is not reachable'],
  overloaded: [503, 'Too much at once'],
})
