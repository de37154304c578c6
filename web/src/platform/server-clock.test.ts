import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockOffsetMs } from './server-clock.ts'

const received = Date.parse('2026-11-23T10:00:00Z')

test('clocks within two seconds agree', () => {
  assert.equal(clockOffsetMs('Mon, 23 Nov 2026 10:00:01 GMT', received), 0)
})

test('a computer three minutes ahead is set back', () => {
  assert.equal(clockOffsetMs('Mon, 23 Nov 2026 09:57:00 GMT', received), -180_000)
})

test('a missing or broken header changes nothing', () => {
  assert.equal(clockOffsetMs(null, received), 0)
  assert.equal(clockOffsetMs('yesterday', received), 0)
})
