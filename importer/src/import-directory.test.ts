import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Disturbance, FakePlenum } from './testing/fake-plenum.ts'
import { storedReadings, withImport } from './testing/with-import.ts'

const isLoad = ({ path }: { path: string }) => path === '/api/import/readings'

/** Three requests a room, so that there is a middle to stop in. */
const longer = { rooms: ['413', '415', '510'], minutes: 2_600 }

describe('import of a recorded building', () => {
  test('creates floors, zones and sensors and stores each reading once', () =>
    withImport({}, async ({ fake, keti, run }) => {
      const result = await run()

      assert.deepEqual(storedReadings(fake), keti.readings.toSorted())
      const { length } = keti.readings
      assert.deepEqual(result.tally, { readings: length, stored: length, duplicates: 0, rejected: 0, ambiguous: 0 })
      assert.deepEqual(result.created, { buildings: 1, gateways: 1, floors: 3, zones: 4, sensors: 20 })
      assert.equal(result.outcome, 'complete')
      assert.equal(fake.tables.buildings[0]?.['timezone'], 'America/Los_Angeles')
      assert.deepEqual(fake.tables.floors.map(({ name, level }) => [name, level]).sort(), [
        ['4F', 4],
        ['5F', 5],
        ['6F', 6],
      ])
      const light = fake.tables.sensors.find((sensor) => sensor['sensor_key'] === 'keti/621A/light')
      assert.equal(light?.['sensor_type'], 'illuminance')
      assert.equal(light?.['unit'], 'lx')
      const zone = fake.tables.zones.find(({ id }) => id === light?.['zone_id'])
      assert.deepEqual([zone?.['name'], zone?.['kind']], ['Room 621A', 'office'])
      assert.ok(!existsSync(keti.stateFile), 'a complete import leaves no state')
    }))

  test('deletes its key of the gateway when it is done', () =>
    withImport({}, async ({ fake, run }) => {
      await run()
      assert.deepEqual(
        fake.keys.map(({ deleted }) => deleted),
        [true],
      )
    }))

  test('a second import creates nothing, stores nothing and reports duplicates', () =>
    withImport({}, async ({ keti, run }) => {
      await run()
      const { tally, created } = await run()
      const { length } = keti.readings
      assert.deepEqual(tally, { readings: length, stored: 0, duplicates: length, rejected: 0, ambiguous: 0 })
      assert.deepEqual(created, { buildings: 0, gateways: 0, floors: 0, zones: 0, sensors: 0 })
    }))

  test('completes a building that was created half-way', () =>
    withImport({}, async ({ fake, keti, run }) => {
      fake.disturb = ({ method, path, number }) =>
        method === 'POST' && path === '/api/sensors' && number > 9 ? { status: 403 } : undefined
      await assert.rejects(run(), { code: 'import_server_refused' })
      fake.disturb = () => undefined
      const { created } = await run()
      assert.deepEqual([created.buildings, created.zones], [0, 0])
      assert.ok(created.sensors > 0 && created.sensors < 20)
      assert.equal(fake.tables.sensors.length, 20)
      assert.deepEqual(storedReadings(fake), keti.readings.toSorted())
    }))

  test('finds a renamed building again and keeps what people changed', () =>
    withImport({}, async ({ fake, run }) => {
      await run()
      for (const thing of [...fake.tables.buildings, ...fake.tables.sensors]) thing['name'] = 'renamed'
      const { created, tally } = await run()
      assert.deepEqual([created.buildings, created.sensors, tally.stored], [0, 0, 0])
      assert.ok(fake.tables.sensors.every(({ name }) => name === 'renamed'))
    }))

  test('gives sensors whose gateway was deleted to the new one', () =>
    withImport({}, async ({ fake, run }) => {
      await run()
      fake.tables.gateways.length = 0
      for (const sensor of fake.tables.sensors) sensor['gateway_id'] = null
      const { tally } = await run()
      assert.equal(tally.duplicates, tally.readings)
    }))

  test('a dry run says what it would do and writes nothing', () =>
    withImport({ dryRun: true }, async ({ fake, keti, run }) => {
      const methods = new Set<string>()
      fake.disturb = ({ method }) => void methods.add(method)
      const result = await run()
      assert.deepEqual([...methods], ['GET'])
      assert.deepEqual(result.created, { buildings: 1, gateways: 1, floors: 3, zones: 4, sensors: 20 })
      assert.equal(result.readings, keti.readings.length)
      assert.ok(!existsSync(keti.stateFile))
    }))

  test('reports rejected readings by sensor and time, and stores the rest', () =>
    withImport({ rooms: ['413'] }, async ({ keti, run }) => {
      keti.write('777', `${(await import('./keti-room-file.ts')).ketiHeader}\n1377299100,nan,9,45.3,9,,0,,0,1e999,1\n`)
      const { tally, examples } = await run()
      assert.deepEqual([tally.rejected, tally.stored], [2, keti.readings.length + 1])
      assert.deepEqual(
        examples.map(({ sensorKey, timestamp, code }) => `${sensorKey} ${timestamp} ${code}`),
        [
          'keti/777/temperature 2013-08-23T23:05:00Z reading_value_not_finite',
          'keti/777/pir 2013-08-23T23:05:00Z reading_value_not_finite',
        ],
      )
    }))

  test('shows each phase to its end', () =>
    withImport({}, async ({ run, progress }) => {
      await run()
      const last = (phase: string) => progress.findLast((one) => one.phase === phase)
      for (const phase of ['read', 'register', 'load']) assert.equal(last(phase)?.done, last(phase)?.total)
    }))
})

describe('import against a server in trouble', () => {
  /** Once each, on the second to fourth request with readings. */
  const troubles: Record<string, Disturbance> = {
    'is overloaded (503)': { status: 503, retryAfter: '0' },
    'limits the key (429)': { status: 429, retryAfter: '0' },
    'breaks the connection before storing': 'break before',
  }
  for (const [name, trouble] of Object.entries(troubles)) {
    test(`goes on when the server ${name}`, () =>
      withImport(longer, async ({ fake, keti, run }) => {
        fake.disturb = (request) => (isLoad(request) && request.number > 1 && request.number < 5 ? trouble : undefined)
        const { tally } = await run()
        assert.deepEqual(storedReadings(fake), keti.readings.toSorted())
        assert.deepEqual([tally.stored, tally.duplicates, tally.ambiguous], [keti.readings.length, 0, 0])
      }))
  }

  test('counts readings of a lost answer as duplicates that may be its own', () =>
    withImport(longer, async ({ fake, keti, run }) => {
      fake.disturb = (request) => (isLoad(request) && request.number === 2 ? 'break after' : undefined)
      const { tally } = await run()
      assert.equal(tally.stored + tally.duplicates, keti.readings.length)
      assert.ok(tally.duplicates > 0)
      assert.equal(tally.ambiguous, tally.duplicates)
    }))

  test('gives up at once when nothing listens at the address', () =>
    withImport({}, async ({ fake, run }) => {
      await fake.close()
      await assert.rejects(run(), { code: 'import_server_unreachable', message: /Is it running/ })
    }))

  test('an answer that does not account for each reading stops the import', () =>
    withImport({}, async ({ fake, run }) => {
      fake.disturb = (request) => (isLoad(request) ? { status: 200 } : undefined)
      await assert.rejects(run(), { code: 'import_server_refused' })
      assert.ok(fake.keys.every(({ deleted }) => deleted))
    }))
})

describe('interrupted import', () => {
  const stopAt = (fake: FakePlenum, number: number, stop: () => void) => {
    fake.disturb = (request) => (isLoad(request) && request.number === number ? (stop(), undefined) : undefined)
  }

  test('goes on where it was stopped, and its totals are those of the whole', () =>
    withImport(longer, async ({ fake, keti, run }) => {
      const controller = new AbortController()
      stopAt(fake, 5, () => controller.abort())
      const first = await run({ signal: controller.signal })
      assert.equal(first.outcome, 'interrupted')
      assert.ok(fake.keys.every(({ deleted }) => deleted))
      assert.equal(first.tally.stored, fake.readingCount(), 'what was in flight was waited for and counted')

      const second = await run()
      const { length } = keti.readings
      assert.deepEqual(second.tally, { readings: length, stored: length, duplicates: 0, rejected: 0, ambiguous: 0 })
      assert.equal(second.sent, length - first.tally.readings)
      assert.deepEqual(storedReadings(fake), keti.readings.toSorted())
      assert.ok(!existsSync(keti.stateFile))
    }))

  test('an interruption ends the waiting for a busy server', () =>
    withImport(longer, async ({ fake, run }) => {
      const controller = new AbortController()
      fake.disturb = (request) => {
        if (!isLoad(request)) return undefined
        controller.abort()
        return { status: 503, retryAfter: '60' }
      }
      assert.equal((await run({ signal: controller.signal })).outcome, 'interrupted')
    }))

  test('an import interrupted before it sends anything has sent nothing', () =>
    withImport({}, async ({ fake, run }) => {
      const { outcome, tally } = await run({ signal: AbortSignal.abort() })
      assert.deepEqual([outcome, tally.readings, fake.tables.buildings.length], ['interrupted', 0, 0])
    }))

  test('a failure ends the other rooms, and is what is told', () =>
    withImport(longer, async ({ fake, run }) => {
      fake.disturb = (request) => {
        if (!isLoad(request)) return undefined
        return request.number < 3 ? { status: 503, retryAfter: '60' } : { status: 403 }
      }
      await assert.rejects(run(), { code: 'import_server_refused', message: /403/ })
    }))

  test('a failure is remembered like an interruption', () =>
    withImport(longer, async ({ fake, keti, run }) => {
      fake.disturb = (request) => (isLoad(request) && request.number > 4 ? { status: 500 } : undefined)
      await assert.rejects(run(), { code: 'import_server_refused' })
      fake.disturb = () => undefined
      const { tally, sent } = await run()
      assert.deepEqual([tally.stored, tally.duplicates], [keti.readings.length, 0])
      assert.ok(sent < keti.readings.length)
    }))

  test('a server set up anew gets everything, whatever the state of the old one says', () =>
    withImport(longer, async ({ fake, keti, run }) => {
      const controller = new AbortController()
      stopAt(fake, 5, () => controller.abort())
      await run({ signal: controller.signal })
      for (const table of Object.values(fake.tables)) table.length = 0
      fake.readings.clear()
      const { tally } = await run()
      assert.equal(tally.stored, keti.readings.length)
      assert.deepEqual(storedReadings(fake), keti.readings.toSorted())
    }))

  test('killed while requests are in flight, it stores each reading once and says which counts are unsure', () =>
    withImport(longer, async ({ fake, keti, run, runAndKill }) => {
      await runAndKill((killed) => {
        // From the fifth on nothing is answered; each room has then one request stored and not known of.
        fake.disturb = (request) => {
          if (!isLoad(request) || request.number < 5) return undefined
          if (request.number === 7) killed()
          return 'hang'
        }
      })
      fake.disturb = () => undefined
      const { tally, sent } = await run()
      assert.deepEqual(storedReadings(fake), keti.readings.toSorted())
      assert.equal(tally.stored + tally.duplicates, keti.readings.length)
      assert.equal(tally.ambiguous, tally.duplicates)
      assert.ok(sent < keti.readings.length)
    }))
})
