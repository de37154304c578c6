/** The part of a pino logger that is used here. */
export type Log = Record<'info' | 'warn' | 'error', (details: object, message: string) => void>
