import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { deflateRawSync, gzipSync } from 'node:zlib'
import type { Problem } from '@plenum/contract'
import fc from 'fast-check'
import { startTestServer } from '#test'
import { readCsvText } from './csv-text.ts'

const { as, services } = await startTestServer()
const good = 'building,floor,level,sensor_key,name,sensor_type\n本社,1F,1,hq/t,温度,temperature\n'

/** A zip with one entry, as an xlsx begins. */
function zipOf(name: string, content: string): Buffer {
  const data = deflateRawSync(content)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(8, 8)
  header.writeUInt32LE(data.length, 18)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, Buffer.from(name), data])
}

const shiftJis = Buffer.from([0x96, 0x7b, 0x8e, 0xd0])
const files: [string, Buffer, RegExp][] = [
  ['an Excel file', zipOf('xl/workbook.xml', '<workbook/>'), /spreadsheet or an archive/],
  ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old spreadsheet/],
  ['a compressed file', gzipSync(good), /compressed/],
  ['a PDF', Buffer.from('%PDF-1.7\n'), /PDF/],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${good}`, 'utf16le'), /UTF-16/],
  ['UTF-16 without a mark', Buffer.from(good.replace(/[^\x00-\x7f]/g, 'x'), 'utf16le'), /not text/],
  ['Shift_JIS', Buffer.concat([Buffer.from(good.split('本社')[0] ?? ''), shiftJis]), /not UTF-8/],
  ['a picture', Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(100)]), /not UTF-8/],
  ['a file of zeros', Buffer.alloc(4_096), /not text/],
]
for (const [what, bytes, says] of files) {
  test(`${what} is refused with a word on what it is, whatever it is called`, async () => {
    const headers = { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="sensors.csv"' }
    const answer = await as('POST', '/api/import/sensors', bytes, headers)
    assert.equal(answer.statusCode, 422, answer.body)
    const { code, detail } = answer.json<Problem>()
    assert.equal(code, 'import_refused')
    assert.match(detail ?? '', says)
    assert.match(detail ?? '', /CSV UTF-8/)
    assert.deepEqual(await services.database.db.selectFrom('building').select('id').execute(), [])
  })
}

test('text comes back as it is, with a mark and without', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, marked) => {
      fc.pre(!/[\0-\x08\x0b\x0e-\x1f\x7f]|^%PDF-/.test(text))
      const sent = `${marked ? '\ufeff' : ''}${text}`
      assert.equal(readCsvText(Buffer.from(sent)), sent)
    }),
  )
})

test('other types of body are not taken for CSV, nor CSV for JSON', async () => {
  for (const type of ['application/vnd.ms-excel', 'multipart/form-data; boundary=x', 'text/plain', 'text/html']) {
    assert.equal((await as('POST', '/api/import/sensors', good, { 'content-type': type })).statusCode, 415, type)
  }
  assert.equal((await as('POST', '/api/buildings', good, { 'content-type': 'text/csv' })).statusCode, 415)
})
