import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { filtersOf, parseAuditSearch, queryText } from './audit-search.ts'

test('whatever an address says, what is read of it is read again the same', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constantFrom('7d', 'refused', '2026-11-23T10:15:00Z', 'sensor.17'),
  )
  const names = ['text', 'action', 'outcome', 'building', 'actor', 'thing', 'request', 'period', 'from', 'to', 'entry']
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names, 'other'), value), (raw) => {
      const read = parseAuditSearch(raw)
      assert.deepEqual(parseAuditSearch({ ...read }), read)
      const written = Object.fromEntries(Object.entries(read).map(([name, part]) => [name, String(part)]))
      assert.deepEqual(parseAuditSearch(written), read, 'as text, as an address has it')
      assert.ok(!('other' in read))
    }),
  )
})

test('a thing is its kind and its id, which may have dots of its own', () => {
  const { thing_kind, thing_id } = filtersOf({ thing: 'api_key.a.b' }, 0)
  assert.deepEqual([thing_kind, thing_id], ['api_key', 'a.b'])
})

test('a period asks the same for a minute', () => {
  const nowMs = Date.UTC(2026, 10, 23, 10, 15, 59)
  assert.equal(queryText(filtersOf({ period: '24h' }, nowMs)), 'from=2026-11-22T10%3A15%3A00.000Z')
  assert.deepEqual(filtersOf({ period: '7d' }, nowMs), filtersOf({ period: '7d' }, nowMs - 59_000))
})

test('a range that ends before it begins is none', () => {
  const range = { from: '2026-11-23T10:00:00.000Z', to: '2026-11-24T10:00:00.000Z' }
  assert.deepEqual(parseAuditSearch({ ...range, period: '7d' }), range)
  assert.deepEqual(parseAuditSearch({ from: range.to, to: range.from, period: '7d' }), { period: '7d' })
})
