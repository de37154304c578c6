import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pg from 'pg'
import { eventually } from '#test'
import { chooseRunAs, run } from '../../src/platform/embedded/run-as.ts'
import { findPostgres15 } from '../system-packages.ts'
import { assertNothingRunsIn, floorsOf, makeDataDir, onlyBuilding, signIn, startPlenum, takePort } from './plenum.ts'

const administrator = { PLENUM_ADMIN_EMAIL: 'owner@example.com', PLENUM_ADMIN_PASSWORD: 'correct horse battery' }

test('two instances that start at once on one empty database migrate it once, and both serve', async (t) => {
  const server = process.env['PLENUM_TEST_SERVER']
  assert.ok(server, 'run tests with npm test, or node --test --test-global-setup=server/test/cluster.ts')
  const name = `test_${randomBytes(6).toString('hex')}`
  t.after(() => query(server, `drop database if exists ${name} with (force)`))
  await startTwoOn(t, await addDatabase(server, name))
})

const postgres15 = findPostgres15()
test('the same on an older PostgreSQL', { skip: postgres15.skip }, async (t) => {
  const server = await startPostgres(t, postgres15.path)
  const [row] = await query<{ server_version: string }>(server, 'show server_version')
  t.diagnostic(`PostgreSQL ${row?.server_version}`)
  await startTwoOn(t, await addDatabase(server, 'plenum'))
})

async function addDatabase(server: string, name: string): Promise<URL> {
  await query(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return url
}

async function startTwoOn(t: TestContext, url: URL): Promise<void> {
  const env = { DATABASE_URL: url.href, PLENUM_DEMO: 'on', ...administrator }

  const dataDirs = [await makeDataDir(t), await makeDataDir(t)]
  const both = await Promise.all(dataDirs.map((dataDir) => startPlenum(t, { dataDir, env })))
  t.diagnostic(`start on an empty external database, two at once: ${both.map(({ startMs }) => startMs).join(', ')} ms`)
  const files = await readdir(new URL('../../migrations/', import.meta.url))
  const applied = await query<{ name: string }>(url.href, 'select name from plenum_migration order by name')
  assert.deepEqual(
    applied.map((row) => row.name),
    files.filter((file) => file.endsWith('.sql')).sort(),
  )
  const migrated = both.filter(({ stderr }) => stderr.includes('"database migrated"'))
  assert.equal(migrated.length, 1, 'one of them migrated')

  for (const [index, { address, stdout }] of both.entries()) {
    assert.doesNotMatch(stdout, /correct horse/)
    assert.equal((await fetch(`${address}/readyz`)).status, 200)
    const person = await signIn(address, administrator.PLENUM_ADMIN_PASSWORD, administrator.PLENUM_ADMIN_EMAIL)
    const building = await onlyBuilding(person)
    const floors = await eventually(
      () => floorsOf(person, building),
      (all) =>
        all.length === 10 && all.every(({ sensors }) => sensors.some(({ latest_value }) => latest_value !== null)),
    )
    assert.equal(floors.flatMap(({ sensors }) => sensors).length, 300, `instance ${index}`)
  }
  for (const plenum of both) assert.equal(await plenum.end('SIGTERM'), 0, plenum.stderr)
  for (const dataDir of dataDirs) await assertNothingRunsIn(dataDir)
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** A server of its own, from a folder with PostgreSQL's programs; gone after the test. */
async function startPostgres(t: TestContext, bin: string): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'plenum-postgres-')))
  await chmod(root, 0o755)
  const servers: ChildProcess[] = []
  t.after(async () => {
    for (const server of servers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      // Immediately: nothing in it is of any use.
      server.kill('SIGQUIT')
      await ended
    }
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })
  const postgres = join(bin, 'postgres')
  const runAs = await chooseRunAs(root, { postgres })
  const pgdata = join(root, 'pgdata')
  const made = await run(runAs, join(bin, 'initdb'), ['-D', pgdata, '-U', 'plenum', '--auth=trust', '-E', 'UTF8'])
  assert.equal(made.code, 0, made.output)
  const { port, free } = await takePort()
  await free()
  const args = [postgres, '-D', pgdata, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=on']
  const [file, ...rest] = [...runAs.prefix, ...args] as [string, ...string[]]
  servers.push(spawn(file, rest, { ...runAs.ids, stdio: 'ignore', cwd: '/' }))
  const url = `postgres://plenum@127.0.0.1:${port}/postgres`
  await eventually(
    () => query(url, 'select 1').then(() => 'ready'),
    (state) => state === 'ready',
  )
  return url
}
