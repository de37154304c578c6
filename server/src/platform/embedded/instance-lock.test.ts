import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDir, until } from './harness.ts'
import { findInstance, lockDataDir } from './index.ts'

test('a second instance in the same process is refused, and says who has the directory', async (t) => {
  const dir = await testDir(t)
  const lock = await lockDataDir(dir.path)
  await lock.announce({ address: 'http://127.0.0.1:3000' })
  await assert.rejects(lockDataDir(dir.path), {
    code: 'data_dir_in_use',
    message: `The data directory ${dir.path} is in use by Plenum process ${process.pid} (http://127.0.0.1:3000): stop that one first, or set PLENUM_DATA_DIR to another folder.`,
  })
  await lock.release()
  await (await lockDataDir(dir.path)).release()
})

test('a second instance in another process is refused', async (t) => {
  const dir = await testDir(t)
  const database = await dir.start()
  await database.announce({ address: 'http://127.0.0.1:3000' })
  const failed = await dir.startOwner('start').event('failed')
  assert.equal(failed['code'], 'data_dir_in_use')
  assert.match(String(failed['message']), new RegExp(`process ${process.pid} \\(http://127.0.0.1:3000\\)`))
})

test('other commands find the running instance, and only a running one', async (t) => {
  const dir = await testDir(t)
  assert.equal(await findInstance(dir.path), null)
  const owner = dir.startOwner('start')
  await owner.event('ready')
  assert.deepEqual(await findInstance(dir.path), { pid: owner.pid, address: 'http://127.0.0.1:3999' })
  await owner.kill()
  assert.equal(await findInstance(dir.path), null)
})

test('asking in the owner itself does not open the lock', async (t) => {
  const dir = await testDir(t)
  const lock = await lockDataDir(dir.path)
  assert.equal((await findInstance(dir.path))?.pid, process.pid)
  const other = await dir.startOwner('lock').event('failed')
  assert.equal(other['code'], 'data_dir_in_use')
  await lock.release()
})

test('of racing starters exactly one wins, also right after the owner was killed', async (t) => {
  const dir = await testDir(t)
  for (let round = 0; round < 3; round++) {
    const owners = Array.from({ length: 5 }, () => dir.startOwner('lock'))
    const answers = await Promise.all(
      owners.map(async (owner) => {
        const ready = owner.event('ready').then(() => 'won')
        return Promise.any([ready, owner.event('failed').then(({ code }) => code)])
      }),
    )
    assert.deepEqual(answers.toSorted(), [
      'data_dir_in_use',
      'data_dir_in_use',
      'data_dir_in_use',
      'data_dir_in_use',
      'won',
    ])
    const winner = owners[answers.indexOf('won')]
    assert.equal((await findInstance(dir.path))?.pid, winner?.pid)
    await winner?.kill()
  }
})

test('a lock is free as soon as its process is dead', async (t) => {
  const dir = await testDir(t)
  const owner = dir.startOwner('lock')
  await owner.event('ready')
  await owner.kill()
  const lock = await lockDataDir(dir.path)
  await lock.release()
  await until('nobody has it', async () => (await findInstance(dir.path)) === null)
})
