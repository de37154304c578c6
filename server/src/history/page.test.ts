import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { byPlace, type Place, writePage } from './page.ts'

const places = fc
  .uniqueArray(fc.record({ atMs: fc.nat({ max: 2_000 }), sensorId: fc.integer({ min: 1, max: 4 }) }), {
    selector: ({ atMs, sensorId }) => `${atMs} ${sensorId}`,
    maxLength: 120,
  })
  .map((list) => list.map(({ atMs, sensorId }) => ({ atMs, sensorId })).sort(byPlace))

/** Everything there is, in pages; `between` may change the list. */
async function readAll(
  list: Place[],
  shape: { fromMs: number; toMs: number; limit: number; widthMs: number; narrowestMs: number; most: number },
  between?: (after: Place) => void,
): Promise<Place[]> {
  const { most, ...page } = shape
  const read = async (fromMs: number, toMs: number) => {
    const found = list.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    if (found.length > most) return null
    return { atMs: found.map((place) => place.atMs), sensorId: found.map((place) => place.sensorId) }
  }
  const records: Place[] = []
  let after: Place | null = null
  do {
    const found: Place[] = []
    after = await writePage({ ...page, after }, read, ({ atMs, sensorId }, row) => {
      found.push({ atMs: atMs[row] as number, sensorId: sensorId[row] as number })
    })
    assert.ok(found.length <= page.limit)
    if (after) assert.deepEqual(found.at(-1), after)
    records.push(...found)
    if (after) between?.(after)
  } while (after)
  return records
}

const shapes = fc.record({
  limit: fc.integer({ min: 1, max: 60 }),
  widthMs: fc.integer({ min: 1, max: 3_000 }),
  most: fc.integer({ min: 0, max: 200 }),
})

test('pages hold each record once and in order, whatever their size and the windows they are read in', async () => {
  await fc.assert(
    fc.asyncProperty(places, shapes, fc.constantFrom(1, 7, 100), async (list, shape, step) => {
      const [fromMs, toMs] = [100, 100 + 17 * step * Math.ceil(100 / step)]
      // A window of the least width may hold more than any other may.
      const found = await readAll(list, {
        ...shape,
        fromMs,
        toMs,
        narrowestMs: step,
        most: Math.max(shape.most, 4 * step),
      })
      assert.deepEqual(
        found,
        list.filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
      )
    }),
    { numRuns: 400 },
  )
})

test('records that arrive or go between two pages neither repeat nor hide another', async () => {
  await fc.assert(
    fc.asyncProperty(places, shapes, fc.array(fc.nat({ max: 2_000 }), { minLength: 1 }), async (list, shape, late) => {
      const all = [...list]
      const before = [...list]
      let i = 0
      const found = await readAll(all, { ...shape, fromMs: 0, toMs: 2_001, narrowestMs: 1, most: 200 }, () => {
        const atMs = late[i++ % late.length] as number
        if (!all.some((place) => place.atMs === atMs && place.sensorId === 5)) all.push({ atMs, sensorId: 5 })
        all.sort(byPlace)
      })
      const keys = found.map(({ atMs, sensorId }) => `${atMs} ${sensorId}`)
      assert.equal(new Set(keys).size, keys.length, 'a record came twice')
      assert.deepEqual(found, found.toSorted(byPlace))
      assert.deepEqual(
        found.filter(({ sensorId }) => sensorId !== 5),
        before,
      )
    }),
    { numRuns: 400 },
  )
})
