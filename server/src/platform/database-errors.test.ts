import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { cloneDatabase, eventually, quietLog } from '#test'
import { openDatabase } from './database.ts'
import { asUnavailable, brokenConstraint, isDatabaseUnavailable, sqlState } from './database-errors.ts'
import { commonErrors, type PlenumError } from './errors.ts'

const url = await cloneDatabase()
const settings = { url, name: 'test', keep: 0, max: 2, statementTimeoutMs: 30_000, log: quietLog }
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  )
const at = (change: Partial<URL>) => Object.assign(new URL(url), change).href

test('outages are told from mistakes, as PostgreSQL and the network really say them', async () => {
  await using open = new AsyncDisposableStack()
  const connect = (to: string) => {
    const database = openDatabase({ ...settings, url: to })
    open.defer(database.close)
    return database.db
  }
  const db = connect(url)
  const raise = (state: string) => sql.raw(`do $$ begin raise sqlstate '${state}'; end $$`).execute(db)
  const outages: Record<string, () => Promise<unknown>> = {
    'nothing listens': () => sql`select 1`.execute(connect(at({ port: '1' }))),
    'no such host': () => sql`select 1`.execute(connect(at({ hostname: 'plenum.invalid' }))),
    'no such database': () => sql`select 1`.execute(connect(at({ pathname: '/nowhere' }))),
    'wrong password': () => sql`select 1`.execute(connect(at({ username: 'nobody', password: 'x' }))),
    'connection killed': () => sql`select pg_terminate_backend(pg_backend_pid())`.execute(db),
    'disk full': () => raise('53100'),
    'too many connections': () => raise('53300'),
    'starting up': () => raise('57P03'),
    'a replica now': () => raise('25006'),
    deadlock: () => raise('40P01'),
  }
  for (const [what, work] of Object.entries(outages)) {
    const error = await failureOf(work())
    assert.ok(isDatabaseUnavailable(error), `${what}: ${String(error)}`)
    const seen = asUnavailable(error) as PlenumError
    assert.deepEqual([seen.code, seen.status, seen.cause], ['database_unavailable', 503, error])
  }
  const mistakes = [
    () => sql`select 1 from nowhere`.execute(db),
    () => sql`select 1 / 0`.execute(db),
    () => sql`insert into floor (building_id, name, level) values (1, 'x', 1)`.execute(db),
    () => Promise.reject(new Error('a fault of ours')),
    () => Promise.reject(commonErrors.not_found()),
  ]
  for (const work of mistakes) {
    const error = await failureOf(work())
    assert.equal(asUnavailable(error), error, String(error))
  }
})

test('a connection that breaks in use fails its statement, not the process', async () => {
  await using open = new AsyncDisposableStack()
  const database = openDatabase(settings)
  open.defer(database.close)
  const other = new pg.Client(url)
  await other.connect()
  open.defer(() => other.end())
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.db)
  const sleeping = failureOf(sql`select pg_sleep(30)`.execute(database.db))
  const busy = async () =>
    (await other.query("select 1 from pg_stat_activity where pid = $1 and query like '%pg_sleep%'", [rows[0]?.pid]))
      .rows
  await eventually(busy, (found) => found.length > 0)
  await other.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  assert.ok(isDatabaseUnavailable(await sleeping))
  // The broken connection leaves the pool when its socket closes, a moment after it said why.
  await eventually(
    async () => (await sql<{ one: number }>`select 1 as one`.execute(database.db)).rows[0]?.one,
    (one) => one === 1,
    2_000,
  )
})

test('state and constraint of a refused write are read from it', async () => {
  const database = openDatabase(settings)
  const error = await failureOf(
    sql`insert into floor (building_id, name, level) values (1, 'x', 1)`.execute(database.db),
  )
  assert.deepEqual([sqlState(error), brokenConstraint(error)], ['23503', 'floor_building_id_fkey'])
  for (const none of [null, undefined, 'text', new Error('x'), { code: 5 }, { code: 'ECONNRESET' }]) {
    assert.deepEqual([sqlState(none), brokenConstraint(none)], ['', ''])
  }
  await database.close()
})
