import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Batch } from './batch.ts'
import { distinct } from './identity.ts'

type Row = [sensorId: number, atMs: number, value: number]

const batchOf = (rows: Row[]): Batch => ({
  sensorIds: rows.map((row) => row[0]),
  atMs: rows.map((row) => row[1]),
  values: rows.map((row) => row[2]),
  qualities: rows.map((row) => row[2] % 2),
})

/** The table as PostgreSQL keeps it: one statement writes each identity at most once. */
function write(table: Map<string, number>, batch: Batch): number {
  let stored = 0
  const seen = new Set<string>()
  batch.sensorIds.forEach((sensorId, i) => {
    const identity = `${sensorId}/${batch.atMs[i]}`
    assert.ok(!seen.has(identity), 'a statement would write a row twice')
    seen.add(identity)
    if (table.get(identity) !== batch.values[i]) stored++
    table.set(identity, batch.values[i] as number)
  })
  return stored
}

test('a batch leaves the table, and counts, as if its readings had come one by one', () => {
  const row = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 }))
  fc.assert(
    fc.property(fc.array(row), fc.array(row, { maxLength: 40 }), (before, rows) => {
      const table = new Map<string, number>()
      for (const [sensorId, atMs, value] of before) table.set(`${sensorId}/${atMs}`, value)
      const oneByOne = new Map(table)
      let stored = 0
      for (const one of rows) stored += write(oneByOne, batchOf([one]))

      const { first, last, overwritten } = distinct(batchOf(rows))
      const counted = write(table, first) + write(table, last) + overwritten

      assert.deepEqual(new Map([...table].sort()), new Map([...oneByOne].sort()))
      assert.equal(counted, stored)
    }),
    { numRuns: 2_000 },
  )
})

test('rows come out in the order of the primary key, so that two requests cannot block each other', () => {
  const row = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 99 }), fc.constant(1))
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const { first } = distinct(batchOf(rows))
      const keys = first.sensorIds.map((sensorId, i) => sensorId * 1000 + (first.atMs[i] as number))
      assert.deepEqual(
        keys,
        [...new Set(rows.map(([sensorId, atMs]) => sensorId * 1000 + atMs))].sort((a, b) => a - b),
      )
    }),
  )
})
