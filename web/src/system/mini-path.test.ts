import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { miniPath, newestOf, topOf } from './mini-path.ts'

const value = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: null })
const column = fc.array(value, { maxLength: 40 })

test('the top of an axis is a round number, not below any value and not ten times the highest', () => {
  fc.assert(
    fc.property(fc.array(column, { maxLength: 3 }), fc.constantFrom(1, 10, 1e8), (columns, least) => {
      const top = topOf(columns, least)
      const most = Math.max(least, ...columns.flat().map((one) => one ?? 0))
      assert.ok(top >= most * (1 - 1e-9) && top < most * 2.6, `${top} for ${most}`)
      assert.match((top / 10 ** Math.floor(Math.log10(top) + 1e-9)).toPrecision(3), /^(1|2|5).00$/)
    }),
  )
})

test('a line has every value once, and a new beginning after every gap', () => {
  fc.assert(
    fc.property(column, (values) => {
      const path = miniPath(values, topOf([values], 1))
      const begins = values.filter((one, step) => one !== null && (values[step - 1] ?? null) === null)
      assert.equal((path.match(/M/g) ?? []).length, begins.length)
      assert.equal((path.match(/[ML]/g) ?? []).length, values.filter((one) => one !== null).length)
    }),
  )
  assert.equal(miniPath([0, 5, null, 10, null], 10), 'M0.5 100L1.5 50M3.5 0h0')
})

test('the newest value is of the last few steps, or not told', () => {
  assert.equal(newestOf([1, 2, null]), 2)
  assert.equal(newestOf([1, null, null, null]), null)
  assert.equal(newestOf([]), null)
})
