import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { binaryStatement } from './binary-statement.ts'
import { copyStatement } from './copy-statement.ts'
import { isDatabaseUnavailable } from './database-errors.ts'
import type { Log } from './log.ts'
import { createPreparedStatements } from './prepared-statements.ts'
import type { DB } from './tables.generated.ts'

export type Tables = DB

/** Counts fit a double; node-postgres would hand them out as strings. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

export interface PoolSettings {
  url: string
  /** Shown in pg_stat_activity. */
  name: string
  /** Connections at the most, overflow included. */
  max: number
  /** Connections kept open when idle; what is above is overflow and closes after 10 s. */
  keep: number
  statementTimeoutMs: number
  /** Whether statements of Kysely's stay prepared; for a pool that asks the same few again and again. */
  prepare?: boolean
  log: Log
}

export interface PoolCounts {
  size: number
  used: number
  waiting: number
  max: number
}

export interface Database {
  db: Kysely<Tables>
  /** For what does not speak Kysely. */
  pool: pg.Pool
  /**
   * Runs one statement that changes rows, and answers how many. Parameters are in PostgreSQL's binary format. With a
   * name it stays prepared on each connection that has run it: PostgreSQL then parses and plans it no more.
   */
  execute(text: string, parameters: readonly Buffer[], name?: string): Promise<number>
  /** Runs `COPY … FROM STDIN` with rows in the binary format, and answers how many there were. */
  copy(text: string, rows: Buffer): Promise<number>
  counts(): PoolCounts
  /** Waits for connections in use, then closes all. */
  close(): Promise<void>
}

const acquireTimeoutMs = 30_000
const connectionLifetimeS = 3_600
const idleInTransactionTimeoutMs = 60_000

/** One pool of connections. Web, worker and long reads each have their own, so that none can starve another. */
export function openDatabase(settings: PoolSettings): Database {
  const pool = new pg.Pool({
    connectionString: settings.url,
    application_name: settings.name,
    max: settings.max,
    min: Math.min(settings.keep, settings.max),
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: acquireTimeoutMs,
    maxLifetimeSeconds: connectionLifetimeS,
    statement_timeout: settings.statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
  })
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', (error) => settings.log.warn({ err: error, pool: settings.name }, 'database connection lost'))
  const prepared = settings.prepare ? createPreparedStatements() : null
  pool.on('connect', (client) => {
    // The same for one that breaks in use: its statement fails, which is told to whoever waits for it.
    client.on('error', () => {})
    prepared?.useOn(client)
  })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined
  /** Runs a statement of our own on a connection of the pool; how many rows it changed. */
  const changing = async (
    statement: (done: (error: unknown, rowCount: number) => void) => pg.Submittable,
  ): Promise<number> => {
    const client = await pool.connect()
    let broken = false
    try {
      return await new Promise<number>((resolve, reject) => {
        client.query(statement((error, rowCount) => (error ? reject(error) : resolve(rowCount))))
      })
    } catch (error) {
      // A backend that is ended says so before its socket closes: in that moment the pool would hand it on as good.
      broken = isDatabaseUnavailable(error)
      throw error
    } finally {
      client.release(broken)
    }
  }
  return {
    db,
    pool,
    execute: (text, parameters, name = '') => changing((done) => binaryStatement(text, parameters, name, done)),
    copy: (text, rows) => changing((done) => copyStatement(text, rows, done)),
    counts: () => ({
      size: pool.totalCount,
      used: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
      max: settings.max,
    }),
    close: () => (closing ??= pool.end()),
  }
}

/** One direct connection, outside every pool: for LISTEN, locks held long and migrations. */
export async function connectDirectly(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name, connectionTimeoutMillis: 10_000 })
  // Its statement fails; as an event without a listener it would end the process instead.
  client.on('error', () => {})
  await client.connect()
  return client
}
