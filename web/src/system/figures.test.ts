import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesText, timeText } from './figures.ts'

test('bytes and times are told in the unit that suits them', () => {
  assert.equal(bytesText('en', 0), '0 byte')
  assert.equal(bytesText('en', 999_400), '999 kB')
  assert.equal(bytesText('en', 999_600), '1 MB')
  assert.equal(bytesText('en', 2.345e12), '2.35 TB')
  assert.equal(timeText('en', 7.789), '7.79 ms')
  assert.equal(timeText('en', 1_500), '1.5 sec')
  assert.equal(timeText('ja', 90 * 60_000), '1.5 時間')
})
