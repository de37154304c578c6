import assert from 'node:assert/strict'
import test from 'node:test'
import { dueAtMs } from './jobs.ts'

const at = (text: string) => Date.parse(`2026-11-${text}Z`)

test('the last minute that a schedule names, in UTC', () => {
  assert.equal(dueAtMs('*/5 * * * *', at('23T10:15:04')), at('23T10:15:00'))
  assert.equal(dueAtMs('*/5 * * * *', at('23T10:14:59')), at('23T10:10:00'))
  assert.equal(dueAtMs('7 * * * *', at('23T10:06:59')), at('23T09:07:00'))
  assert.equal(dueAtMs('23 3 * * *', at('23T03:22:00')), at('22T03:23:00'))
  // A Sunday.
  assert.equal(dueAtMs('0 0 * * 0', at('23T10:00:00')), at('22T00:00:00'))
  assert.equal(dueAtMs('0 0 1 1 *', at('23T10:00:00')), null, 'not within a week')
})
