import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openStateFile, type PartState } from './state-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'plenum-import-'))
after(() => rmSync(dir, { recursive: true }))
const at = (rows: number): PartState => ({
  rows,
  readings: rows,
  stored: rows,
  duplicates: 0,
  rejected: 0,
  ambiguous: 0,
})
const example = { sensorKey: 'a', timestamp: 't', code: 'c', detail: 'd' }

describe('state of an interrupted import', () => {
  test('is found again by the same import, over any number of interruptions', () => {
    const path = join(dir, 'deep', 'state.json')
    const first = openStateFile(path, 'here')
    assert.equal(first.resumed, false)
    first.record('413', at(10), [example])
    first.record('413', at(20), [])
    openStateFile(path, 'here').record('415', at(5), [example])
    const third = openStateFile(path, 'here')
    assert.equal(third.resumed, true)
    assert.deepEqual([third.part('413'), third.part('415'), third.part('510').rows], [at(20), at(5), 0])
    assert.equal(third.total().readings, 25)
    assert.equal(third.examples().length, 2)
    third.remove()
    assert.ok(!existsSync(path))
  })

  test('means nothing to another import', () => {
    const path = join(dir, 'other.json')
    openStateFile(path, 'here').record('413', at(10), [])
    const other = openStateFile(path, 'there')
    assert.equal(other.resumed, false)
    assert.equal(other.part('413').rows, 0)
  })

  test('survives a line torn by a kill, and begins anew when it makes no sense', () => {
    const path = join(dir, 'torn.json')
    openStateFile(path, 'here').record('413', at(10), [])
    appendFileSync(path, '{"part":"413","sta')
    const torn = openStateFile(path, 'here')
    torn.record('415', at(7), [])
    assert.equal(openStateFile(path, 'here').total().readings, 17)
    for (const nonsense of ['', '\n', 'null\n', '[1]\n', '{"belongsTo":"here"}\n{"part":1}\n']) {
      writeFileSync(path, nonsense)
      assert.equal(openStateFile(path, 'here').total().readings, 0, nonsense)
    }
  })

  test('keeps the first five examples of rejected readings', () => {
    const path = join(dir, 'examples.json')
    const state = openStateFile(path, 'here')
    for (let rows = 1; rows <= 4; rows++) state.record('413', at(rows), [example, example])
    assert.equal(openStateFile(path, 'here').examples().length, 5)
    assert.equal(readFileSync(path, 'utf8').split('\n').length, 3)
  })
})
