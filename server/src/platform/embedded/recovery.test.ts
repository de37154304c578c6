import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Owner, query, quietLog, type TestDir, testDir, until } from './harness.ts'
import { signal } from './postmaster.ts'
import { isAlive, processesOf } from './processes.ts'

type Ready = { url: string; port: number; postmasterPid: number }
const ready = async (owner: Owner) => (await owner.event('ready')) as Ready
const answersOn = (url: string) =>
  query(url, 'SELECT 1').then(
    () => true,
    () => false,
  )
const fill = (url: string) => query(url, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n')
const count = async (url: string) => (await query(url, 'SELECT count(*)::int AS n FROM kept'))[0]?.['n']

test('killed while initdb runs: the next start begins anew', async (t) => {
  const dir = await testDir(t)
  const owner = dir.startOwner('start')
  const unfinished = async () =>
    (await readdir(dir.path).catch(() => [])).find((name) => name.startsWith('pgdata.new-')) ?? ''
  await until('initdb is at work', async () => {
    const name = await unfinished()
    return name !== '' && (await readdir(join(dir.path, name))).includes('PG_VERSION')
  })
  await owner.kill()
  const database = await dir.start()
  assert.equal(database.fresh, true)
  await fill(database.url)
  assert.equal(await count(database.url), 1000)
})

test('killed at any moment of the first start: the next one works', async (t) => {
  const dir = await testDir(t)
  for (const delayMs of [120, 250, 400, 550, 700]) {
    const owner = dir.startOwner('start')
    // The moment is the point of this test, there is no condition to wait for.
    await pause(delayMs)
    await owner.kill()
  }
  const database = await dir.start()
  assert.equal(await answersOn(database.url), true)
})

test('killed between initdb and the making of the database: the next start is still a fresh one', async (t) => {
  const dir = await testDir(t)
  const first = await dir.start()
  await query(first.url.replace(/plenum$/, 'postgres'), 'DROP DATABASE plenum')
  await first.stop()
  const second = await dir.start()
  assert.equal(second.fresh, true)
  assert.equal(await answersOn(second.url), true)
})

test('a server whose Plenum was killed is taken over, restarted when it dies, and stopped with us', async (t) => {
  const dir = await testDir(t)
  const owner = dir.startOwner('start')
  const before = await ready(owner)
  await fill(before.url)
  await owner.kill()
  assert.equal(await answersOn(before.url), true)

  const database = await dir.start()
  assert.equal(database.adopted, true)
  assert.equal(database.fresh, false)
  assert.equal(database.postmasterPid, before.postmasterPid)
  assert.equal(database.url, before.url)

  await dir.killPostgres()
  await until('the adopted server is restarted', () => database.postmasterPid !== before.postmasterPid)
  await until('it answers', () => answersOn(database.url))
  assert.equal(await count(database.url), 1000)

  await database.stop()
  assert.deepEqual(await processesOf(dir.pgdata), [])
})

test('kill -9 of PostgreSQL and all its children: it is back on the same port with all that was committed', async (t) => {
  const dir = await testDir(t)
  const { log, lines } = quietLog()
  const database = await dir.start(log)
  await fill(database.url)
  for (let round = 0; round < 3; round++) {
    const pid = database.postmasterPid
    await dir.killPostgres()
    await until('another postmaster', () => database.postmasterPid !== pid)
    await until('it answers', () => answersOn(database.url))
    assert.equal(await count(database.url), 1000)
  }
  await until('it is logged', () => lines.filter((line) => line.startsWith('PostgreSQL is back')).length === 3)
})

test('kill -9 of the postmaster alone, with a backend that hangs and a thief on its port: it is tried until it is back', async (t) => {
  if (process.platform !== 'linux') return t.skip('finds the children in /proc')
  const dir = await testDir(t)
  const { log, lines } = quietLog()
  const database = await dir.start(log)
  const pid = database.postmasterPid
  const child = (await processesOf(dir.pgdata)).find(({ role }) => role === 'child')
  assert.ok(child)
  signal(child.pid, 'SIGSTOP')
  signal(pid, 'SIGKILL')
  // The hanging backend holds up the restart long enough for somebody to take the port.
  await until('the postmaster is dead', () => !isAlive(pid))
  const thief = createServer().listen(database.port, '127.0.0.1')
  await once(thief, 'listening')
  await until('a start fails', () => lines.some((line) => line.startsWith('PostgreSQL did not start, trying again')))
  thief.close()
  await until('it answers', () => answersOn(database.url))
  assert.notEqual(database.postmasterPid, pid)
  assert.equal(isAlive(child.pid) && (await processesOf(dir.pgdata)).some((each) => each.pid === child.pid), false)
})

test('everything killed: the next start recovers', async (t) => {
  const dir = await testDir(t)
  const owner = dir.startOwner('start')
  const { url } = await ready(owner)
  await fill(url)
  await owner.kill()
  await dir.killPostgres()
  const database = await dir.start()
  assert.equal(database.adopted, false)
  assert.equal(await count(database.url), 1000)
})

test('a stale pid file that names a living program of somebody else is cleared, the program is left alone', async (t) => {
  const dir = await testDir(t)
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' })
  t.after(() => stranger.kill())
  const strangerPid = stranger.pid as number
  // Our own number too: in a container every start gets the same few numbers.
  for (const pid of [strangerPid, process.pid]) {
    const text = await leaveStalePidFile(dir)
    await writeFile(join(dir.pgdata, 'postmaster.pid'), text.replace(/^\d+/, String(pid)))
    const database = await dir.start()
    assert.equal(await answersOn(database.url), true)
    assert.equal(isAlive(strangerPid), true)
    await database.stop()
  }
})

test('an empty pid file, as a full disk leaves it, is cleared', async (t) => {
  const dir = await testDir(t)
  await leaveStalePidFile(dir)
  await writeFile(join(dir.pgdata, 'postmaster.pid'), '')
  assert.equal(await answersOn((await dir.start()).url), true)
})

test('a server that is shutting down is waited for', async (t) => {
  const dir = await testDir(t)
  const owner = dir.startOwner('start')
  const { url, postmasterPid } = await ready(owner)
  await owner.kill()
  // Smart shutdown: it stays until the last client has gone.
  const lastClient = query(url, 'SELECT pg_sleep(1)')
  await until('the client is in', async () => {
    const [row] = await query(url, `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'`)
    return row?.['n'] === 1
  })
  signal(postmasterPid, 'SIGTERM')
  await until('it is stopping', async () =>
    (await readFile(join(dir.pgdata, 'postmaster.pid'), 'utf8')).includes('stopping'),
  )
  const database = await dir.start()
  await lastClient
  assert.equal(database.adopted, false)
  assert.notEqual(database.postmasterPid, postmasterPid)
})

test('a lost password file is replaced, also while a server left behind still runs', async (t) => {
  const dir = await testDir(t)
  const owner = dir.startOwner('start')
  const before = await ready(owner)
  await fill(before.url)
  await owner.kill()
  await rm(join(dir.path, 'postgres.password'))
  const database = await dir.start()
  assert.notEqual(database.url, before.url)
  assert.equal(await count(database.url), 1000)
})

test('stop while the server is dead or just restarting leaves nothing running', async (t) => {
  const dir = await testDir(t)
  const database = await dir.start()
  await dir.killPostgres()
  await database.stop()
  assert.deepEqual(await processesOf(dir.pgdata), [])
  await (await dir.start()).stop()
})

async function leaveStalePidFile(dir: TestDir): Promise<string> {
  const owner = dir.startOwner('start')
  await ready(owner)
  await owner.kill()
  const text = await readFile(join(dir.pgdata, 'postmaster.pid'), 'utf8')
  await dir.killPostgres()
  await until('all are dead', async () => (await processesOf(dir.pgdata)).length === 0)
  return text
}
