import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { sensorKinds } from '@plenum/contract'
import { openRecordedBuilding } from './formats.ts'
import { measureParts } from './measure-parts.ts'
import { makeSmallKeti } from './testing/small-keti.ts'

describe('recognising a recorded building', () => {
  const dir = mkdtempSync(join(tmpdir(), 'plenum-import-'))
  after(() => rmSync(dir, { recursive: true }))
  const unknown = (found: RegExp) =>
    assert.rejects(openRecordedBuilding(dir), { code: 'import_format_unknown', message: found })

  test('a folder that is none says what was expected', async () => {
    await unknown(/keti: expected a folder derived-1min of files <room>\.csv\.gz .* epoch_s,temperature.*no folder/s)
    mkdirSync(join(dir, 'derived-1min'))
    await unknown(/derived-1min holds no such file/)
    writeFileSync(join(dir, 'derived-1min', '413.csv.gz'), gzipSync('time,value\n1,2\n'))
    await unknown(/413\.csv\.gz begins with time,value/)
    writeFileSync(join(dir, 'derived-1min', '413.csv.gz'), 'not gzip')
    await unknown(/413\.csv\.gz begins with .*incorrect header check/)
  })
})

describe('plan of a KETI building', () => {
  test('has a zone a room and five sensors a zone, of the right kinds, on the plan', async () => {
    const keti = makeSmallKeti({ rooms: ['424', '413', '621A', '621'], minutes: 1 })
    const { plan } = await openRecordedBuilding(keti.dir).finally(keti.remove)
    const zones = plan.floors.flatMap((floor) => floor.zones.map((zone) => `${floor.name} ${floor.level} ${zone.name}`))
    assert.deepEqual(zones, ['4F 4 Room 413', '4F 4 Room 424', '6F 6 Room 621', '6F 6 Room 621A'])
    const sensors = plan.floors[0]?.zones[0]?.sensors ?? []
    assert.deepEqual(
      sensors.map((sensor) => `${sensor.sensor_key} ${sensor.sensor_type} ${sensor.unit}`),
      [
        'keti/413/temperature temperature degC',
        'keti/413/humidity humidity %RH',
        'keti/413/co2 co2 ppm',
        'keti/413/light illuminance lx',
        'keti/413/pir motion count',
      ],
    )
    for (const { position, unit, sensor_type } of sensors) {
      assert.equal(unit, sensorKinds[sensor_type].unit)
      assert.ok(position && position.x > 0 && position.x < 1 && position.y > 0 && position.y < 1)
    }
  })
})

describe('the recorded week of KETI', () => {
  const data = process.env['PLENUM_TEST_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
  const dir = join(data, 'keti')
  const skip = existsSync(dir) ? false : 'no KETI data at ../shared/data/keti or $PLENUM_TEST_DATA/keti'

  test('is 50 rooms on four floors, 250 series, 2,763,918 readings', { skip }, async () => {
    const { plan, parts } = await openRecordedBuilding(dir)
    const rooms = plan.floors.map(({ level, zones }) => [level, zones.length])
    assert.deepEqual(rooms, [
      [4, 16],
      [5, 8],
      [6, 13],
      [7, 13],
    ])
    const sensors = plan.floors.flatMap(({ zones }) => zones.flatMap((zone) => zone.sensors))
    assert.equal(new Set(sensors.map(({ sensor_key }) => sensor_key)).size, 250)
    const measured = await measureParts(parts, () => {}, undefined)
    assert.equal(
      measured.reduce((sum, { readings }) => sum + readings, 0),
      2_763_918,
    )
  })
})
