import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug' | 'fatal'>

/** Never in a log, wherever it may stand. */
const secrets = ['authorization', 'cookie', 'password', 'key', 'token', 'secret']

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * What is told of an error: what it is, where, and why. Others of its properties stay out: those of a database's error
 * quote rows and parameters, those of a library's error may hold a request.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error
  const { code, constraint, table, column, cause } = error as Error & Record<string, unknown>
  const { message, stack } = error
  const errors = error instanceof AggregateError ? error.errors.map(describeError) : undefined
  const why = cause === undefined ? undefined : describeError(cause)
  return { type: error.constructor.name, message, stack, code, constraint, table, column, errors, cause: why }
}

/** JSON lines on standard error, or where one is told to; standard output is for what a person asked for. */
export function createLog(level: LogLevel, to: DestinationStream = standardError()): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
    },
    to,
  )
}

function standardError(): DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true })
  // A log that can't be written (its disk is full, its reader gone) must not end what it tells of.
  destination.on('error', () => {})
  return destination
}
