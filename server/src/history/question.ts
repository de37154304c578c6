import { createHash } from 'node:crypto'
import { commonErrors, decodeCursor, encodeCursor } from '#platform'
import type { Range } from './instant.ts'
import type { Place } from './page.ts'
import type { Grain } from './resolution.ts'

/** What is asked, page by page; only `limit` may change from one page to the next. */
export interface Question {
  /** `floor 3` or `sensor 17`. */
  of: string
  range: Range
  grain: Grain
  sensorIds: readonly number[] | null
  sensorTypes: readonly string[] | null
}

/** The same for the same question, however its filters are ordered. */
function markOf({ of, range, grain, sensorIds, sensorTypes }: Question): string {
  const ids = sensorIds === null ? null : [...new Set(sensorIds)].sort((a, b) => a - b)
  const types = sensorTypes === null ? null : [...new Set(sensorTypes)].sort()
  const text = JSON.stringify([of, range.fromMs, range.toMs, grain, ids, types])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

/** A cursor is the place of the last record of a page, and says to which question it belongs. */
export const cursorFor = (question: Question, { atMs, sensorId }: Place): string =>
  encodeCursor([markOf(question), atMs, sensorId])

/** @throws cursor_invalid */
export function placeAfter(question: Question, cursor: string | undefined): Place | null {
  if (cursor === undefined) return null
  const [mark, atMs, sensorId] = decodeCursor(cursor, ['string', 'number', 'number'] as const)
  const { fromMs, toMs } = question.range
  if (mark !== markOf(question)) throw commonErrors.cursor_invalid('This cursor belongs to another question.')
  if (atMs < fromMs || atMs >= toMs) throw commonErrors.cursor_invalid()
  return { atMs, sensorId }
}
