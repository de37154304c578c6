import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { query, quietLog, testDir } from './harness.ts'
import { isAlive } from './processes.ts'

test('the first start makes an empty database, the second finds it on the same port', async (t) => {
  const dir = await testDir(t)
  const first = await dir.start()
  assert.equal(first.fresh, true)
  assert.equal(first.adopted, false)
  assert.match(first.url, new RegExp(`^postgres://plenum:[0-9a-f]{64}@127\\.0\\.0\\.1:${first.port}/plenum$`))
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS value')
  await first.stop()
  assert.equal(isAlive(first.postmasterPid), false)

  const second = await dir.start()
  assert.equal(second.fresh, false)
  assert.equal(second.url, first.url)
  assert.deepEqual(await query(second.url, 'SELECT value FROM kept'), [{ value: 42 }])
})

test('what is committed is on disk, times are in UTC, and nobody gets in from outside or without the password', async (t) => {
  const dir = await testDir(t)
  const database = await dir.start()
  const settings = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'autovacuum']
  for (const name of settings) assert.deepEqual(await query(database.url, `SHOW ${name}`), [{ [name]: 'on' }])
  assert.deepEqual(await query(database.url, 'SHOW timezone'), [{ TimeZone: 'UTC' }])
  assert.deepEqual(await query(database.url, 'SHOW listen_addresses'), [{ listen_addresses: '127.0.0.1' }])
  assert.deepEqual(await query(database.url, 'SHOW unix_socket_directories'), [{ unix_socket_directories: '' }])
  await assert.rejects(query(database.url.replace(/:[0-9a-f]{64}@/, ':guess@'), 'SELECT 1'), { code: '28P01' })
  const modes = await Promise.all(
    ['.', 'pgdata', 'postgres.password'].map(async (name) => (await stat(join(dir.path, name))).mode & 0o777),
  )
  assert.deepEqual(modes, [0o700, 0o700, 0o600])
})

test('text is Unicode whatever the locale of the system', async (t) => {
  const dir = await testDir(t)
  const database = await dir.start()
  const [row] = await query(
    database.url,
    `SELECT lower('ÀÉЖΩ') AS lower, upper('straße 3階') AS upper,
       (SELECT string_agg(name, ' ' ORDER BY name COLLATE "und-x-icu")
        FROM unnest(ARRAY['Zoo', 'apfel', 'Äpfel', 'zebra']) AS name) AS sorted`,
  )
  assert.deepEqual(row, { lower: 'àéжω', upper: 'STRAßE 3階', sorted: 'apfel Äpfel zebra Zoo' })
})

test('stop can be called twice, also at once, and while clients are connected', async (t) => {
  const dir = await testDir(t)
  const database = await dir.start()
  const sleeper = assert.rejects(query(database.url, 'SELECT pg_sleep(600)'))
  await Promise.all([database.stop(), database.stop()])
  await database.stop()
  await sleeper
  assert.equal(isAlive(database.postmasterPid), false)
})

test('a process that has stopped its database ends by itself', async (t) => {
  const dir = await testDir(t)
  const owner = dir.startOwner('start')
  const { postmasterPid } = await owner.event('ready')
  assert.equal(await owner.end(), 0)
  assert.equal(isAlive(Number(postmasterPid)), false)
})

test('a Ctrl-C at the terminal does not reach PostgreSQL: it is in a session of its own', async (t) => {
  if (process.platform !== 'linux') return t.skip('reads /proc')
  const dir = await testDir(t)
  const { postmasterPid } = await dir.start()
  const fields = (await readFile(`/proc/${postmasterPid}/stat`, 'utf8')).split(') ')[1]?.split(' ')
  assert.deepEqual(fields?.slice(2, 4).map(Number), [postmasterPid, postmasterPid])
})

test('a port that is taken by now is replaced by another', async (t) => {
  const dir = await testDir(t)
  const first = await dir.start()
  await first.stop()
  const thief = createServer().listen(first.port, '127.0.0.1')
  t.after(() => thief.close())
  const second = await dir.start()
  assert.notEqual(second.port, first.port)
  assert.deepEqual(await query(second.url, 'SELECT 1 AS one'), [{ one: 1 }])
})

test('the log is cut when it is over 10 MB', async (t) => {
  const dir = await testDir(t)
  await (await dir.start()).stop()
  const path = join(dir.path, 'postgres.log')
  await writeFile(path, Buffer.alloc(11 * 1024 * 1024, 'x'))
  await dir.start()
  assert.ok((await stat(path)).size < 100_000)
  assert.equal((await stat(`${path}.1`)).size, 11 * 1024 * 1024)
})

test('variables of other PostgreSQL programs change nothing', async (t) => {
  const dir = await testDir(t)
  const mine = { PGDATA: '/nowhere', PGPORT: '1', PGSSLMODE: 'require', PGHOST: '192.0.2.1' }
  Object.assign(process.env, mine)
  t.after(() => {
    for (const name of Object.keys(mine)) delete process.env[name]
  })
  const { log, lines } = quietLog()
  const database = await dir.start(log)
  assert.ok(database.port > 1, lines.join('\n'))
  await database.stop()
})
