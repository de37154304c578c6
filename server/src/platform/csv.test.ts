import assert from 'node:assert/strict'
import test from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { csvCell } from './csv-cell.ts'
import { csvRow } from './csv.ts'

test('a cell that a spreadsheet would run is text, and any text comes back from its cell', () => {
  for (const bad of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=cmd|" /C calc"!A0'])
    assert.match(csvCell(bad), /^"'/, JSON.stringify(bad))
  assert.equal(csvCell('Meeting room A'), 'Meeting room A')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [[cell, end]] = parse(`${csvCell(text)},end\r\n`, { record_delimiter: '\r\n' }) as [[string, string]]
      assert.equal(end, 'end')
      const isRun = /^[\t\r\n]/.test(text) || /^[=+\-@＝＋－＠]/.test(text.trimStart())
      assert.equal(cell, isRun ? `'${text}` : text)
    }),
  )
})

test('a line has numbers as numbers, also negative ones, and nothing where there is nothing (S7)', () => {
  assert.equal(csvRow([17, 'x', -5.2, null, '-5.2', '']), `17,x,-5.2,,"'-5.2",\r\n`)
})
