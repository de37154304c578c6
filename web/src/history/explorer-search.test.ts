import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostSensors, parseExplorerSearch, searchOf, viewOf } from './explorer-search.ts'

test('a view comes back from its address', () => {
  const fromMs = Date.parse('2026-11-23T10:15:00Z')
  for (const range of ['7d', '24h', { fromMs, toMs: fromMs + 60_000 }] as const) {
    const view = { building: 2, sensorIds: [17, 3], range }
    assert.deepEqual(viewOf(parseExplorerSearch({ ...searchOf(view) })), view)
  }
})

test('an address is short and plain', () => {
  const toMs = Date.parse('2026-11-23T10:16:00Z')
  const search = searchOf({ building: undefined, sensorIds: [3, 17], range: { fromMs: toMs - 60_000, toMs } })
  assert.deepEqual(search, { sensors: '3-17', from: '20261123T101500Z', to: '20261123T101600Z' })
  assert.deepEqual(searchOf({ building: 1, sensorIds: [], range: '24h' }), { building: 1 })
})

test('instants as other programs write them are read', () => {
  const search = parseExplorerSearch({ from: '2026-11-23T10:15:00+09:00', to: '2026-11-23T02:00:00Z' })
  assert.deepEqual(search, { from: '20261123T011500Z', to: '20261123T020000Z' })
})

test('what cannot be read is left out', () => {
  assert.deepEqual(parseExplorerSearch({ sensors: 'a,0,99999999999,5,5', range: 'soon', building: '-1' }), {
    sensors: '5',
  })
  assert.deepEqual(parseExplorerSearch({ from: '20261123T101500Z', to: '20261123T101500Z' }), {})
  assert.deepEqual(viewOf({}).range, '24h')
})

test('more sensors than can be told apart are left out', () => {
  const many = Array.from({ length: 40 }, (_, index) => index + 1).join('-')
  assert.equal(viewOf(parseExplorerSearch({ sensors: many })).sensorIds.length, mostSensors)
})
