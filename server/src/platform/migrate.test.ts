import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import test, { after } from 'node:test'
import pg from 'pg'
import { quietLog } from '#test'
import { listMigrations, migrate } from './migrate.ts'

const server = process.env['PLENUM_TEST_SERVER'] ?? ''
async function query<R extends pg.QueryResultRow>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}
async function emptyDatabase(): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await query(server, `create database ${name}`)
  after(() => query(server, `drop database ${name} with (force)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
const names = (await listMigrations()).map(({ name }) => name)

test('every file in migrations is one, in order of its number, and no number stands twice', async () => {
  const files = await readdir(new URL('../../migrations/', import.meta.url), { withFileTypes: true })
  assert.deepEqual(
    files
      .filter((file) => file.isFile())
      .map((file) => file.name)
      .sort(),
    names,
  )
  assert.equal(new Set(names.map((name) => name.slice(0, 4))).size, names.length)
})

test('an empty database is migrated once; the second time there is nothing to do', async () => {
  const url = await emptyDatabase()
  assert.deepEqual(await migrate(url, quietLog), names)
  await query(url, "insert into building (name, timezone) values ('kept', 'UTC')")
  assert.deepEqual(await migrate(url, quietLog), [])
  assert.deepEqual(await query(url, 'select name from building'), [{ name: 'kept' }])
})

test('of several that start at once one migrates and the others find it done', async () => {
  const url = await emptyDatabase()
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(url, quietLog)))
  assert.deepEqual(
    applied.map((list) => list.length).sort((a, b) => a - b),
    [0, 0, 0, names.length],
  )
})

test('a database of a newer Plenum is left alone, with words that say so', async () => {
  const url = await emptyDatabase()
  await migrate(url, quietLog)
  await query(url, "insert into plenum_migration (name, checksum) values ('9999_future.sql', 'x')")
  await assert.rejects(migrate(url, quietLog), /made by a newer Plenum \(migration 9999_future\.sql\)/)
})

test('a migration that was changed after it was applied is refused by its name', async () => {
  const url = await emptyDatabase()
  await migrate(url, quietLog)
  await query(url, `update plenum_migration set checksum = 'other' where name = '${names[1]}'`)
  await assert.rejects(migrate(url, quietLog), new RegExp(`migration ${names[1]} is not the one that was applied`))
})

test('an engine has migrations of its own in place of common ones of the same name', async () => {
  const found = (await listMigrations('timescale')).map(({ name }) => name)
  assert.deepEqual(
    found.map((name) => name.replace('timescale/', '')),
    names,
  )
  assert.ok(found.includes('timescale/0002_reading.sql'))
})

test('a database belongs to the engine that it was made with', async () => {
  const [native, other] = [await emptyDatabase(), await emptyDatabase()]
  await migrate(native, quietLog)
  await assert.rejects(migrate(native, quietLog, 'timescale'), /^Error: PLENUM_STORAGE: .* was made with native;/)
  await migrate(other, quietLog)
  await query(other, "update plenum_migration set name = 'timescale/' || name where name like '0002%'")
  await assert.rejects(migrate(other, quietLog), /^Error: PLENUM_STORAGE: .* was made with timescale;/)
})

test('a server without the extension of an engine is told so, and nothing is left in the database', async (t) => {
  const url = await emptyDatabase()
  const [{ installed }] = (await query(
    url,
    "select count(*) > 0 as installed from pg_available_extensions where name = 'timescaledb'",
  )) as [{ installed: boolean }]
  if (installed) return t.skip('this server has TimescaleDB')
  await assert.rejects(migrate(url, quietLog, 'timescale'), /^Error: PLENUM_STORAGE: timescale needs the extension/)
  assert.deepEqual(await query(url, "select tablename from pg_tables where schemaname = 'public'"), [])
})

test('a migration that fails leaves nothing behind, and can be tried again', async () => {
  const url = await emptyDatabase()
  await query(url, 'create table sensor (in_the_way int)')
  await assert.rejects(migrate(url, quietLog), /"sensor" already exists/)
  const tables = await query(url, "select tablename from pg_tables where schemaname = 'public'")
  assert.deepEqual(tables, [{ tablename: 'sensor' }])
  await query(url, 'drop table sensor')
  assert.deepEqual(await migrate(url, quietLog), names)
})
