import assert from 'node:assert/strict'
import test from 'node:test'
import { createSmallBuilding, send, startTestServer } from '#test'

const server = await startTestServer()

test('998 good readings and 2 bad ones: the good are stored, the bad named, and sending again adds nothing (B3)', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  const readings = Array.from({ length: 1000 }, (_, i) => ({
    sensor_id: temperature.id,
    timestamp: new Date(server.clock.nowMs - i * 60_000).toISOString(),
    value: i === 17 ? null : 20 + i / 1000,
  }))
  ;(readings[600] as { sensor_id: number }).sensor_id = 2_000_000_000

  const first = await send(asGateway, readings)
  assert.equal(first.stored, 998)
  assert.equal(first.duplicates, 0)
  assert.deepEqual(
    first.errors.map(({ index, code }) => [index, code]),
    [
      [17, 'reading_value_missing'],
      [600, 'reading_sensor_unknown'],
    ],
  )
  const again = await send(asGateway, readings)
  assert.deepEqual([again.stored, again.duplicates, again.rejected], [0, 998, 2])
})
