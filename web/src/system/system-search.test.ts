import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSystemSearch } from './system-search.ts'

test('the address holds how far back the charts go, unless it is as usual; whatever else it says is left out', () => {
  assert.deepEqual(parseSystemSearch({ hours: '24' }), { hours: 24 })
  assert.deepEqual(parseSystemSearch({ hours: 48 }), { hours: 48 })
  for (const hours of ['6', 6, '7', '-1', '24h', '', null, undefined, ['1', '2'], {}])
    assert.deepEqual(parseSystemSearch({ hours }), {})
})
