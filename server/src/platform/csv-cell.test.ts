import assert from 'node:assert/strict'
import test from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { csvCell } from './csv-cell.ts'

const read = (line: string): string[] => (parse(line, { relax_column_count: true }) as string[][])[0] ?? []
const nasty = fc.array(
  fc.constantFrom('=', '+', '-', '@', '＝', '＠', '\t', '\r', '\n', ' ', '"', ',', "'", 'a', '1', '温'),
  { maxLength: 8 },
)

test('whatever a name is, no cell begins a formula, and the name comes back', () => {
  fc.assert(
    fc.property(fc.array(nasty, { minLength: 2, maxLength: 4 }), (names) => {
      const texts = names.map((letters) => `${letters.join('')}.`)
      const cells = read(texts.map(csvCell).join(','))
      assert.equal(cells.length, texts.length)
      for (const [i, cell] of cells.entries()) {
        assert.doesNotMatch(cell.trimStart(), /^[=+\-@＝＋－＠]/)
        assert.doesNotMatch(cell, /^[\t\r\n]/)
        assert.equal(cell.startsWith(`'`) && cell !== texts[i] ? cell.slice(1) : cell, texts[i])
      }
    }),
  )
})

test('what needs no quotes gets none', () => {
  for (const text of ['Room 1', '会議室A', 'a-b', 'x=1', '50 %', '']) assert.equal(csvCell(text), text)
  assert.equal(csvCell('=HYPERLINK("http://x")'), `"'=HYPERLINK(""http://x"")"`)
})
