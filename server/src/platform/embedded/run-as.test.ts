import assert from 'node:assert/strict'
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { openDataDir } from './data-dir.ts'
import { isRoot, query, testDir } from './harness.ts'
import { chooseRunAs, run } from './run-as.ts'

const needsRoot = isRoot && process.platform === 'linux' ? false : 'needs root on Linux'

const userOf = async (pid: number) => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])
}

test('as root, in a folder only root can enter', { skip: needsRoot }, async (t) => {
  const dir = await testDir(t, { parent: '/root' })
  await chmod(dirname(dir.path), 0o700)
  const database = await dir.start()
  assert.deepEqual(await query(database.url, 'SELECT 1 AS one'), [{ one: 1 }])
  assert.equal((await stat(dir.pgdata)).uid, 0)
})

test('as root without user namespaces, as another user who is given the folder', { skip: needsRoot }, async (t) => {
  const dir = await testDir(t)
  const binaries = await findBinaries()
  const path = await openDataDir(dir.path)
  const runAs = await chooseRunAs(path, binaries, { userNamespaces: false })
  assert.notEqual(runAs.owner, undefined)
  await ensureCluster(path, binaries, runAs)
  assert.equal((await stat(dir.pgdata)).uid, runAs.owner?.uid)
  // The next start goes by the owner of the folder.
  const database = await dir.start()
  assert.equal(await userOf(database.postmasterPid), runAs.owner?.uid)
  assert.deepEqual(await query(database.url, 'SELECT 1 AS one'), [{ one: 1 }])
})

test('a root cluster moves to another user where user namespaces are gone', { skip: needsRoot }, async (t) => {
  const dir = await testDir(t)
  await (await dir.start()).stop()
  const binaries = await findBinaries()
  const { owner } = await chooseRunAs(dir.path, binaries, { userNamespaces: false })
  assert.equal((await stat(join(dir.pgdata, 'global', 'pg_control'))).uid, owner?.uid)
  const database = await dir.start()
  assert.equal(database.fresh, false)
  assert.equal(await userOf(database.postmasterPid), owner?.uid)
})

test('a folder the other user cannot reach is refused, with what to do', { skip: needsRoot }, async (t) => {
  const dir = await testDir(t, { parent: '/root' })
  await mkdir(dir.path, { mode: 0o700 })
  await assert.rejects(chooseRunAs(dir.path, await findBinaries(), { userNamespaces: false }), {
    code: 'data_dir_not_reachable',
    message: /does not run as root.*start Plenum as an ordinary user/,
  })
})

test('as an ordinary user, who is not locked out when root starts it in between', { skip: needsRoot }, async (t) => {
  const dir = await testDir(t)
  const nobody = { uid: 65534, gid: 65534 }
  await mkdir(dir.path, { mode: 0o700 })
  await chown(dir.path, nobody.uid, nobody.gid)
  const first = dir.startOwner('start', nobody)
  const { fresh, postmasterPid } = await first.event('ready')
  assert.equal(fresh, true)
  assert.equal(await userOf(Number(postmasterPid)), nobody.uid)
  assert.equal(await first.end(), 0)

  const asRoot = await dir.start()
  assert.equal(asRoot.fresh, false)
  assert.equal(await userOf(asRoot.postmasterPid), nobody.uid)
  await asRoot.stop()

  const again = dir.startOwner('start', nobody)
  assert.equal((await again.event('ready'))['fresh'], false)
  assert.equal(await again.end(), 0)
})

test('as a user without a name, as containers have them', { skip: needsRoot }, async (t) => {
  const nameless = { uid: 4242, gid: 4242 }
  const probe = await run(
    { name: '', prefix: ['unshare', '--user', '--map-user=1'], ids: nameless, owner: undefined },
    'true',
    [],
  )
  if (probe.code !== 0) return t.skip('ordinary users may not make user namespaces here')
  const dir = await testDir(t)
  await mkdir(dir.path, { mode: 0o700 })
  await chown(dir.path, nameless.uid, nameless.gid)
  const owner = dir.startOwner('start', nameless)
  const { postmasterPid } = await owner.event('ready')
  assert.equal(await userOf(Number(postmasterPid)), nameless.uid)
  assert.equal((await stat(dir.pgdata)).uid, nameless.uid)
  // Killed, and taken over by the same nameless user.
  await owner.kill()
  const next = dir.startOwner('start', nameless)
  assert.equal((await next.event('ready'))['adopted'], true)
  assert.equal(await next.end(), 0)
})
