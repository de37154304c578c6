import { type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug' | 'fatal'>

/** Never in a log, wherever it may stand. */
const secrets = ['authorization', 'cookie', 'password', 'key', 'token', 'secret']

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** JSON lines on standard error; standard output is for what a person asked for. */
export function createLog(level: LogLevel): Logger {
  const destination = pino.destination({ dest: 2, sync: true })
  // A log that can't be written (its disk is full, its reader gone) must not end what it tells of.
  destination.on('error', () => {})
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
    },
    destination,
  )
}
