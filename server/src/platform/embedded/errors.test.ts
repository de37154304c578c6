import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findBinaries } from './binaries.ts'
import { isRoot, query, type TestDir, testDir, until } from './harness.ts'
import { isEmbeddedDatabaseError, lockDataDir, startEmbeddedDatabase } from './index.ts'
import { explain } from './postmaster.ts'

/** Refused with that code, in one line that says what to do. */
async function refusal(start: Promise<unknown>, code: string): Promise<string> {
  const error = await start.then(
    () => assert.fail('it started'),
    (reason: unknown) => reason,
  )
  assert.ok(isEmbeddedDatabaseError(error), String(error))
  assert.equal(error.code, code, error.message)
  assert.equal(error.message.includes('\n'), false)
  return error.message
}

test('a data directory of another major version is refused and left alone', async (t) => {
  const dir = await testDir(t)
  await mkdir(dir.pgdata, { recursive: true })
  await writeFile(join(dir.pgdata, 'PG_VERSION'), '16\n')
  const message = await refusal(dir.start(), 'data_dir_wrong_version')
  assert.match(message, /PostgreSQL 16, .* PostgreSQL 18: dump it .* or set PLENUM_DATA_DIR/)
  // The refused start has given the directory free again.
  await refusal(dir.start(), 'data_dir_wrong_version')
})

test('a pgdata with other files in it is refused, an empty one is used', async (t) => {
  const dir = await testDir(t)
  await mkdir(dir.pgdata, { recursive: true })
  await writeFile(join(dir.pgdata, 'holiday.jpg'), '')
  await refusal(dir.start(), 'data_dir_not_a_cluster')
  await rm(join(dir.pgdata, 'holiday.jpg'))
  assert.equal((await dir.start()).fresh, true)
})

test('a path that is a file, or below one, is refused', async (t) => {
  const dir = await testDir(t)
  await writeFile(dir.path, '')
  await refusal(dir.start(), 'data_dir_not_a_folder')
  const log = { info() {}, warn() {}, error() {} }
  await refusal(startEmbeddedDatabase({ dataDir: join(dir.path, 'below'), log }), 'data_dir_not_a_folder')
  await rm(dir.path)
})

test('a folder that cannot be written to is refused', async (t) => {
  if (process.platform !== 'linux') return t.skip('uses /proc and /sys, which refuse root too')
  const log = { info() {}, warn() {}, error() {} }
  for (const dataDir of ['/proc/plenum', '/sys/plenum', '/sys']) {
    assert.match(await refusal(startEmbeddedDatabase({ dataDir, log }), 'data_dir_not_writable'), /PLENUM_DATA_DIR/)
  }
})

test('an ordinary user is refused in the folder of another, also when only the lock in it is in the way', async (t) => {
  if (!isRoot) return t.skip('needs root, to become somebody else')
  const dir = await testDir(t)
  await (await lockDataDir(dir.path)).release()
  const refused = async () => (await dir.startOwner('start', { uid: 65534, gid: 65534 }).event('failed'))['code']
  assert.equal(await refused(), 'data_dir_not_writable')
  await chmod(dir.path, 0o777)
  assert.equal(await refused(), 'data_dir_not_writable')
})

test('a password file that is not the one of this database is refused', async (t) => {
  const dir = await testDir(t)
  await (await dir.start()).stop()
  await writeFile(join(dir.path, 'postgres.password'), `${'0'.repeat(64)}\n`)
  assert.match(await refusal(dir.start(), 'database_password_wrong'), /delete it and start again/)
  await rm(join(dir.path, 'postgres.password'))
  const database = await dir.start()
  assert.equal(database.fresh, false)
  assert.deepEqual(await query(database.url, 'SELECT 1 AS one'), [{ one: 1 }])
})

test('a disk too small for the first start is refused, and that start leaves no rubbish', async (t) => {
  const dir = await smallDisk(t, '20m')
  if (dir === undefined) return t.skip('cannot mount a small disk here')
  assert.match(await refusal(dir.start(), 'disk_full'), /free some space/)
  const { bavail, blocks } = await statfs(dirname(dir.path))
  assert.ok(bavail / blocks > 0.95, `${bavail} of ${blocks} blocks are free`)
})

test('a disk that filled up is refused, and works again when there is space', async (t) => {
  const dir = await smallDisk(t, '120m')
  if (dir === undefined) return t.skip('cannot mount a small disk here')
  const first = await dir.start()
  await first.stop()
  const ballast = join(dirname(dir.path), 'ballast')
  await writeFile(ballast, Buffer.alloc(200 * 1024 * 1024)).catch(() => {})
  await refusal(dir.start(), 'disk_full')
  await rm(ballast)
  const second = await dir.start()
  assert.equal(second.fresh, false)
})

test('a machine without embedded PostgreSQL is told to set DATABASE_URL', async () => {
  const message = await refusal(findBinaries('sunos-sparc'), 'platform_unsupported')
  assert.match(message, /sunos-sparc.*set DATABASE_URL/)
  await refusal(findBinaries('darwin-arm64'), 'platform_unsupported')
})

test('a configuration PostgreSQL refuses is shown with its own words', async (t) => {
  const dir = await testDir(t)
  await (await dir.start()).stop()
  await writeFile(join(dir.pgdata, 'postgresql.auto.conf'), "shared_preload_libraries = 'no_such_library'\n")
  const message = await refusal(dir.start(), 'database_did_not_start')
  assert.match(message, /no_such_library.*postgres\.log says more/)
})

test('why a start failed is read out of the log', () => {
  const line = (text: string) => explain(`2026-11-23 10:00:00.000 UTC [7] ${text}\n`)
  assert.equal(line('FATAL:  could not create any TCP/IP sockets').kind, 'port_taken')
  assert.equal(line('FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use').kind, 'in_use')
  assert.equal(line('FATAL:  lock file "postmaster.pid" already exists').kind, 'in_use')
  assert.equal(line('PANIC:  could not write to file: No space left on device').kind, 'disk_full')
  assert.deepEqual(line('FATAL:  out of luck'), { kind: 'other', reason: 'out of luck' })
  assert.deepEqual(explain(''), { kind: 'other', reason: 'it ended without a word' })
})

async function smallDisk(t: TestContext, size: string): Promise<TestDir | undefined> {
  if (!isRoot || process.platform !== 'linux') return undefined
  const dir = await testDir(t, { path: 'disk/data' })
  const disk = dirname(dir.path)
  await mkdir(disk)
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  dir.beforeRemoval(async () => {
    await until('the disk can be unmounted', () => {
      try {
        execFileSync('/bin/umount', [disk], { stdio: 'ignore' })
        return true
      } catch {
        return false
      }
    })
  })
  return dir
}
