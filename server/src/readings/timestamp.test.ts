import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseTimestamp } from './timestamp.ts'

test('every instant that JavaScript writes is read back, with any offset and any fraction', () => {
  const instants = fc.date({ min: new Date('0101-01-02'), max: new Date('9998-12-30'), noInvalidDate: true })
  fc.assert(
    fc.property(instants, fc.integer({ min: -1439, max: 1439 }), fc.nat(999_999), (date, offset, finer) => {
      assert.equal(parseTimestamp(date.toISOString()), date.getTime())
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
      const digits = String(finer).padStart(6, '0')
      const zone = `${offset < 0 ? '-' : '+'}${new Date(Math.abs(offset) * 60_000).toISOString().slice(11, 16)}`
      assert.equal(parseTimestamp(`${local}${digits}${zone}`), date.getTime())
    }),
  )
})

test('without a fraction, in lower case and with a space it is RFC 3339 too', () => {
  const expected = Date.UTC(2026, 10, 23, 10, 15)
  for (const text of [
    '2026-11-23T10:15:00Z',
    '2026-11-23t10:15:00z',
    '2026-11-23 10:15:00Z',
    '2026-11-23T19:15:00+09:00',
  ]) {
    assert.equal(parseTimestamp(text), expected, text)
  }
  assert.equal(parseTimestamp('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1))
})

test('what is not RFC 3339 with a zone is no timestamp', () => {
  const wrong = [
    '',
    'infinity',
    'now',
    '2026-11-23',
    '2026-11-23T10:15:00',
    '2026-11-23T10:15Z',
    '2026-11-23T10:15:00.Z',
    '2026-11-23T10:15:00+0900',
    '2026-11-23T10:15:00+24:00',
    '2026-11-23T10:15:00Z ',
    ' 2026-11-23T10:15:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T10:60:00Z',
    '2026-02-29T10:15:00Z',
    '2026-13-01T10:15:00Z',
    '2026-00-10T10:15:00Z',
    '0000-01-01T00:00:00Z',
    '+002026-11-23T10:15:00Z',
    '1700000000000',
    '9000000000000000',
    '２０２６-11-23T10:15:00Z',
  ]
  for (const text of wrong) assert.ok(Number.isNaN(parseTimestamp(text)), text)
})
