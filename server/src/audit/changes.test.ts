import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { changesOf, plainText } from './changes.ts'
import { rowOf } from './entry.ts'
import { bySystem } from './by.ts'

const value = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.record({ x: fc.integer(), y: fc.integer() }), { maxLength: 3 }),
)
const names = ['name', 'sensor_key', 'level', 'outline', 'plan', 'updated_at', 'id']
const thing = fc.dictionary(fc.constantFrom(...names), value)

test('of a change, exactly the fields that differ are kept, of both', () => {
  fc.assert(
    fc.property(thing, thing, (before, after) => {
      const found = changesOf(before, after)
      for (const name of names) {
        const told = !['updated_at', 'id'].includes(name)
        const differs = JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null)
        for (const side of ['before', 'after'] as const) {
          const there = name in (side === 'before' ? before : after)
          assert.equal(name in (found[side] ?? {}), told && differs && there, name)
        }
      }
    }),
  )
})

test('of what was made or deleted, all is kept but what is empty', () => {
  const zone = { id: 3, name: 'Lab', kind: null, outline: [{ x: 0, y: 0.5 }], updated_at: new Date(0) }
  const kept = { name: 'Lab', outline: [{ x: 0, y: 0.5 }] }
  assert.deepEqual(changesOf(undefined, zone), { before: null, after: kept })
  assert.deepEqual(changesOf(zone, undefined), { before: kept, after: null })
  assert.deepEqual(changesOf(zone, { ...zone, updated_at: new Date(1) }), { before: {}, after: {} })
})

test('two long texts that differ only at their ends differ', () => {
  const plan = 'M0 0'.repeat(40_000)
  const { before, after } = changesOf({ plan: `${plan}a` }, { plan: `${plan}b` })
  for (const { plan: kept } of [before, after] as { plan: string }[]) {
    assert.match(kept, /^M0 0M0 0.*… \(160001 characters\)$/)
    assert.ok(kept.length < 600)
  }
})

test('secrets are never kept, at whatever depth', () => {
  const secrets = { password: 's', hash: 's', api_key: 's', key: 's', session_token: 's', Authorization: 's' }
  const { after } = changesOf(undefined, { ...secrets, sensor_key: 'a/b', key_id: 7, inner: [{ deep: secrets }] })
  assert.doesNotMatch(JSON.stringify(after), /"s"/)
  assert.deepEqual([after?.['sensor_key'], after?.['key_id']], ['a/b', 7])
})

test('whatever is told, a row is bounded and something PostgreSQL can keep', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 3_000 })
  const fields = fc.dictionary(anything, fc.oneof(anything, fc.jsonValue() as fc.Arbitrary<unknown>), { maxKeys: 60 })
  fc.assert(
    fc.property(anything, fields, fields, (text, before, after) => {
      const by = { ...bySystem(text), address: text, userAgent: text, requestId: text }
      const thingNamed = { kind: 'zone', id: text, name: text }
      const row = rowOf(by, { action: 'zone.update', thing: thingNamed, before, after, details: before })
      const json = JSON.stringify(row)
      assert.ok(Buffer.byteLength(json) < 60_000 && row.search_text.length < 4_096)
      assert.doesNotMatch(json, /\\u0000|\\ud[89a-f]/)
    }),
    { numRuns: 300 },
  )
})

test('a text is cut between characters', () => {
  assert.equal(plainText('a\u{1f600}b', 2), 'a\ufffd… (4 characters)')
  assert.equal(plainText('a\u0000b\n'), 'a b ')
})

test('names that are written out longer than they are stay bounded', () => {
  const long = '\ufdfa'.repeat(300)
  const row = rowOf(bySystem(long), { action: 'zone.update', thing: { kind: 'zone', name: long } })
  assert.ok(row.search_text.length < 2_000, String(row.search_text.length))
})
