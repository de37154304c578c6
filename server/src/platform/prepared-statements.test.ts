import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { cloneDatabase, quietLog } from '#test'
import { openDatabase } from './database.ts'
import { createPreparedStatements } from './prepared-statements.ts'

const url = await cloneDatabase()
const settings = { url, name: 'test', keep: 0, max: 1, statementTimeoutMs: 30_000, log: quietLog }
const preparedOn = async (client: pg.ClientBase) => {
  const { rows } = await client.query<{ statement: string; runs: number }>(
    'select statement, generic_plans + custom_plans as runs from pg_prepared_statements order by name',
  )
  return rows.map(({ statement, runs }) => [statement, runs])
}

test('a pool that prepares parses each statement once on a connection', async () => {
  for (const prepare of [true, false]) {
    const database = openDatabase({ ...settings, prepare })
    for (const n of [1, 2, 3])
      assert.deepEqual((await sql<{ n: number }>`select ${n}::int4 as n`.execute(database.db)).rows, [{ n }])
    await sql`select 'no parameters'`.execute(database.db)
    const client = await database.pool.connect()
    assert.deepEqual(await preparedOn(client), prepare ? [['select $1::int4 as n', 3]] : [])
    client.release()
    await database.close()
  }
})

test('a statement that fails or is cancelled can be run again over the same connection', async () => {
  const database = openDatabase({ ...settings, max: 2, prepare: true })
  const divided = (by: number) => sql<{ n: number }>`select 6 / ${by}::int4 as n`.execute(database.db)
  await assert.rejects(divided(0), { code: '22012' })
  assert.deepEqual((await divided(2)).rows, [{ n: 3 }])
  const slow = (s: number, signal?: AbortSignal) =>
    sql`select pg_sleep(${s})`.execute(database.db, { signal, inflightQueryAbortStrategy: 'cancel query' })
  await slow(0)
  await assert.rejects(slow(20, AbortSignal.timeout(50)))
  await slow(0)
  assert.deepEqual((await divided(3)).rows, [{ n: 2 }])
  await database.close()
})

test('beyond the limit statements are parsed each time, and answer the same', async () => {
  const prepared = createPreparedStatements(2)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  prepared.useOn(client)
  for (let round = 0; round < 2; round++) {
    for (const n of [1, 2, 3]) {
      const { rows } = await client.query<{ sum: number }>(`select ${n} + $1::int4 as sum`, [round])
      assert.deepEqual(rows, [{ sum: n + round }])
    }
  }
  assert.deepEqual(await preparedOn(client), [
    ['select 1 + $1::int4 as sum', 2],
    ['select 2 + $1::int4 as sum', 2],
  ])
  await client.end()
})
