import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedFields, fieldText } from './changed-fields.ts'

test('a change is a line a field, with both sides where there are both', () => {
  assert.deepEqual(changedFields({ before: { name: 'A', level: 1 }, after: { name: 'B', area_m2: 5 } }), [
    { name: 'name', before: 'A', after: 'B' },
    { name: 'level', before: 1, after: undefined },
    { name: 'area_m2', before: undefined, after: 5 },
  ])
  assert.deepEqual(changedFields({ before: null, after: null }), [])
})

test('values are read without their brackets', () => {
  const word = (name: string) => `<${name}>`
  const outline = [
    { x: 0, y: 0.5 },
    { x: 1, y: 1 },
  ]
  assert.equal(fieldText(outline, word), 'x: 0, y: 0.5; x: 1, y: 1')
  assert.equal(fieldText({ days: 30 }, word), 'days: 30')
  assert.equal(fieldText('for_ever', word), 'for_ever')
  for (const nothing of [null, undefined, '', []]) assert.equal(fieldText(nothing, word), '<nothing>')
  assert.equal(fieldText([true, null, -5.2], word), '<yes>; <nothing>; -5.2')
})
