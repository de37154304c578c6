import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Building, NewApiKey } from '@plenum/contract'
import { eventually } from '#test'
import {
  assertNothingRunsIn,
  buildingsOf,
  floorsOf,
  killProcessesOf,
  makeDataDir,
  type Person,
  type RunningPlenum,
  signIn,
  spawnPlenum,
  startPlenum,
  withCookie,
} from './plenum.ts'

const roundsWhileStarting = 4
const roundsWhileRunning = 4
/** A first start takes about this long here; kills fall into all of it. */
const startMs = 3_000
const batch = 50
const minuteMs = 60_000

test('killed at random moments, the next start works: one demo building, nothing acknowledged lost, a way to sign in', async (t) => {
  const dataDir = await makeDataDir(t)
  for (let round = 0; round < roundsWhileStarting; round++) {
    const plenum = spawnPlenum(t, { dataDir })
    const afterMs = randomInt(50, startMs)
    await pause(afterMs)
    // Every other time all of them at once, as when the machine loses its power.
    if (round % 2 === 1) await killProcessesOf(dataDir)
    await plenum.kill()
    t.diagnostic(`killed ${afterMs} ms after its birth; printed: ${plenum.stdout.trim().split('\n').length} lines`)
  }
  const first = await startPlenum(t, { dataDir })
  // The password may have been printed by one that was killed right after it; this is the way back in for everybody.
  const password = first.password ?? (await newPassword(t, dataDir))
  const person = await signIn(first.address, password)
  const meter = await addMeter(person)
  const ledger = createLedger(meter)

  let plenum: RunningPlenum = first
  for (let round = 0; round < roundsWhileRunning; round++) {
    const sending = ledger.sendUntilItBreaks(plenum.address)
    await pause(randomInt(100, 1_000))
    if (round % 2 === 1) await killProcessesOf(dataDir)
    await plenum.kill()
    await sending
    plenum = await startPlenum(t, { dataDir })
    assert.equal(plenum.password, null)
  }

  const again = withCookie(plenum.address, person.cookie)
  const demos = (await buildingsOf(again)).filter(({ name }) => name !== meter.building.name)
  assert.equal(demos.length, 1, 'one demo building')
  const floors = await floorsOf(again, demos[0] as Building)
  assert.deepEqual(
    floors.map(({ sensors }) => sensors.length),
    Array.from({ length: 10 }, () => 30),
  )
  await eventually(
    async () => floorsOf(again, demos[0] as Building),
    (all) => all.every(({ sensors }) => sensors.some(({ status }) => status === 'ok')),
  )
  t.diagnostic(`${ledger.acknowledged()} readings acknowledged over ${roundsWhileRunning} kills`)
  await ledger.assertAllStored(plenum.address)
  assert.equal(await plenum.end(), 0, plenum.stderr)
  await assertNothingRunsIn(dataDir)
})

async function newPassword(t: TestContext, dataDir: string): Promise<string> {
  const command = spawnPlenum(t, { dataDir, args: ['password'] })
  await command.ended
  const password = /with password (\S+)/.exec(command.stdout)?.[1]
  assert.ok(password, command.stderr)
  return password
}

interface Meter {
  building: Building
  sensorId: number
  key: string
}

async function addMeter(person: Person): Promise<Meter> {
  const building = await person.post<Building>('/api/buildings', { name: 'Annex', timezone: 'Asia/Tokyo' })
  const { id: floor_id } = await person.post<{ id: number }>('/api/floors', {
    building_id: building.id,
    name: '1F',
    level: 1,
  })
  const { id: sensorId } = await person.post<{ id: number }>('/api/sensors', {
    floor_id,
    sensor_key: 'annex/power',
    name: 'Power',
    sensor_type: 'power',
  })
  const gateway = await person.post<{ id: number }>('/api/gateways', { building_id: building.id, name: 'Annex' })
  const { key } = await person.post<NewApiKey>(`/api/gateways/${gateway.id}/keys`, {})
  return { building, sensorId, key }
}

/** Remembers what was acknowledged: sent once more, each of these must be a duplicate. */
function createLedger({ sensorId, key }: Meter) {
  const beginMs = Math.floor(Date.now() / minuteMs) * minuteMs - 30 * 24 * 60 * minuteMs
  const acknowledged: number[] = []
  let next = 0

  const send = async (address: string, first: number) => {
    const readings = Array.from({ length: batch }, (_, index) => ({
      sensor_id: sensorId,
      timestamp: new Date(beginMs + (first + index) * 1_000).toISOString(),
      value: (first + index) % 1_000,
    }))
    const answer = await fetch(`${address}/api/sensors/data`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ readings }),
    })
    return { status: answer.status, body: (await answer.json()) as { stored: number; duplicates: number } }
  }
  return {
    acknowledged: () => acknowledged.length * batch,
    async sendUntilItBreaks(address: string): Promise<void> {
      try {
        for (;;) {
          const first = next
          next += batch
          if ((await send(address, first)).status === 200) acknowledged.push(first)
        }
      } catch {
        // Killed: whether the last one was stored nobody knows.
      }
    },
    async assertAllStored(address: string): Promise<void> {
      for (const first of acknowledged) {
        const { status, body } = await send(address, first)
        assert.deepEqual({ status, ...body }, { status: 200, stored: 0, duplicates: batch, rejected: 0, errors: [] })
      }
    },
  }
}
