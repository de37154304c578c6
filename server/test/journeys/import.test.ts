import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeSmallKeti } from '../../../importer/src/testing/small-keti.ts'
import { assertNothingRunsIn, buildingsOf, makeDataDir, signIn, spawnPlenum, startPlenum } from './plenum.ts'

test('a recorded building is imported once, into a running server and into one that is started for it', async (t) => {
  const dataDir = await makeDataDir(t)
  const keti = makeSmallKeti({ rooms: ['413', '510'], minutes: 40 })
  t.after(keti.remove)
  const all = keti.readings.length
  const importIt = async (): Promise<string> => {
    const command = spawnPlenum(t, { dataDir, args: ['import', keti.dir] })
    await command.ended
    assert.equal(command.exitCode, 0, command.stderr)
    return command.stdout
  }

  const first = await startPlenum(t, { dataDir, env: { PLENUM_DEMO: 'off' } })
  const person = await signIn(first.address, first.password ?? '')
  assert.match(await importIt(), new RegExp(`${all} readings: ${all} stored, 0 duplicates, 0 rejected`))
  assert.match(await importIt(), new RegExp(`${all} readings: 0 stored, ${all} duplicates, 0 rejected`))
  assert.deepEqual(
    (await buildingsOf(person)).map(({ name }) => name),
    ['KETI office building'],
  )
  const { items: keys } = await person.get<{ items: unknown[] }>('/api/keys')
  assert.deepEqual(keys, [], 'no key is left behind')
  assert.equal(await first.end(), 0, first.stderr)

  assert.match(await importIt(), new RegExp(`${all} readings: 0 stored, ${all} duplicates, 0 rejected`))
  await assertNothingRunsIn(dataDir)
})
