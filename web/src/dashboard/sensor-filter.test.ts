import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DashboardSensor } from '@plenum/contract'
import { filterSensors, hidingFilters, withoutFilter } from './sensor-filter.ts'

const sensor = (sensor_id: number, fields: Partial<DashboardSensor> = {}): DashboardSensor => ({
  sensor_id,
  sensor_key: `demo/3F/${sensor_id}`,
  name: `Sensor ${sensor_id}`,
  sensor_type: 'temperature',
  unit: 'degC',
  zone_id: null,
  position: null,
  interval_s: 60,
  status: 'ok',
  latest_value: 21,
  latest_timestamp: '2026-11-23T10:15:00Z',
  quality: 'good',
  alert: null,
  ...fields,
})

const sensors = [
  sensor(1, { name: 'Meeting room A', zone_id: 5 }),
  sensor(2, { name: 'Meeting room B', zone_id: 5, status: 'stale' }),
  sensor(3, { name: 'Café', sensor_type: 'co2', unit: 'ppm', quality: 'suspect' }),
  sensor(4, { name: '会議室Ａ', status: 'silent', latest_value: null }),
]

const ids = (found: DashboardSensor[]) => found.map(({ sensor_id }) => sensor_id)

test('no filter hides nothing', () => {
  assert.deepEqual(ids(filterSensors(sensors, {})), [1, 2, 3, 4])
})

test('text finds every word in name or key, whatever its width, case or accent', () => {
  assert.deepEqual(ids(filterSensors(sensors, { q: 'room meeting' })), [1, 2])
  assert.deepEqual(ids(filterSensors(sensors, { q: 'cafe' })), [3])
  assert.deepEqual(ids(filterSensors(sensors, { q: '会議室a' })), [4])
  assert.deepEqual(ids(filterSensors(sensors, { q: '3f/2' })), [2])
})

test('filters hold together', () => {
  assert.deepEqual(ids(filterSensors(sensors, { zone: 5, status: 'stale' })), [2])
  assert.deepEqual(ids(filterSensors(sensors, { zone: 0, kind: 'co2' })), [3])
  assert.deepEqual(ids(filterSensors(sensors, { status: 'suspect' })), [3])
})

test('the filter that hides most is named first', () => {
  const search = { q: 'meeting', status: 'silent' as const }
  assert.deepEqual(filterSensors(sensors, search), [])
  assert.deepEqual(hidingFilters(sensors, search), [
    { name: 'status', shown: 2 },
    { name: 'q', shown: 1 },
  ])
  assert.deepEqual(withoutFilter(search, 'status'), { q: 'meeting' })
})
