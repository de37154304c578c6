import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { openDatabase } from '#platform'
import { cloneDatabase, quietLog } from '#test'
import { createArrayReader } from './binary-array.ts'

test('arrays read back one after another as PostgreSQL sent them', async () => {
  const settings = { name: 'test', keep: 0, max: 1, statementTimeoutMs: 30_000, log: quietLog }
  await using open = new AsyncDisposableStack()
  const database = openDatabase({ url: await cloneDatabase(), ...settings })
  open.defer(database.close)
  const arrays = [
    ['int2', [0, -32_768, 32_767]],
    ['float8', []],
    ['int4', [-2_147_483_648, 2_147_483_647, 7]],
    ['float8', [0.1 + 0.2, -0, 1e308, 5e-324]],
    ['int4', []],
    ['int2', [1]],
  ] as const
  const sent = arrays.map(([type, numbers]) => {
    // A parameter of pg would write -0 as 0.
    const text = `{${numbers.map((number) => (Object.is(number, -0) ? '-0' : number)).join(',')}}`
    return sql`array_send(${text}::text::${sql.raw(type)}[])`
  })
  const { rows } = await sql<{ bytes: Buffer }>`select ${sql.join(sent, sql` || `)} as bytes`.execute(database.db)
  const next = createArrayReader(rows[0]?.bytes as Buffer)
  for (const [, numbers] of arrays) assert.deepEqual([...next()], [...numbers])
})
