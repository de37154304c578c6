import assert from 'node:assert/strict'
import type { History } from '@plenum/contract'
import type { LightMyRequestResponse } from 'fastify'

/** For tests: asks for a past as a client does, and compares it with what was expected. */

export type Records = Record<string, unknown>[]

type Ask = (method: 'GET', url: string) => Promise<LightMyRequestResponse>

/** Follows the cursors to the end. */
export async function follow(as: Ask, path: string, limit: number): Promise<Records> {
  const records: Records = []
  let cursor: string | null = null
  for (;;) {
    const answer = await as('GET', `${path}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`)
    assert.equal(answer.statusCode, 200, answer.body)
    const body = answer.json<History>()
    assert.ok(body.records.length <= limit)
    records.push(...(body.records as Records))
    cursor = body.next_cursor
    if (cursor === null) return records
    assert.equal(body.records.length, limit, 'only the last page may be short')
  }
}

/** Averages are sums in some order; everything else is exact. */
export function assertSame(found: Records, expected: Records): void {
  assert.equal(found.length, expected.length)
  found.forEach((record, i) => {
    const wanted = expected[i] as Record<string, unknown>
    const near: Record<string, unknown> = {}
    for (const field of ['avg', 'increase', 'share']) {
      const [a, b] = [record[field], wanted[field]]
      if (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)))
        near[field] = b
    }
    assert.deepEqual({ ...record, ...near }, wanted)
  })
}
