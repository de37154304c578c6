import { ingestLimits, type SensorHistoryQuery } from '@plenum/contract'
import type { Static } from 'typebox'
import type { Clock, PlenumError } from '#platform'
import type { StoredReadings } from '#readings'
import { createBucketBuffers, createBucketJson } from './bucket-json.ts'
import { affordable, costs, estimateCost } from './cost.ts'
import { historyErrors } from './errors.ts'
import { parseRange, type Range } from './instant.ts'
import { cursorFor, placeAfter, type Question } from './question.ts'
import type { Place } from './page.ts'
import type { PageBytes } from './page-buffers.ts'
import { rawPage } from './raw.ts'
import { createRawBuffers, createRawJson } from './raw-json.ts'
import { dayMs, type Grain, grainFor } from './resolution.ts'
import { rolledPage } from './rolled.ts'
import type { PastSensor } from './store.ts'

export type HistoryAnswer =
  | { json: string | PageBytes }
  | { refusal: PlenumError; members: { estimate: number; limit: number; resolution: Grain | null } }

export type PageQuery = Omit<Static<typeof SensorHistoryQuery>, 'from' | 'to' | 'resolution'>

/** What is asked, before it is known of which sensors. @throws history_range_invalid */
export function questionOf(
  of: string,
  query: Static<typeof SensorHistoryQuery> & { sensor_id?: number[]; sensor_type?: string[] },
): Question {
  const range = parseRange(query.from, query.to)
  const grain = grainFor(query.resolution ?? 'auto', range.toMs - range.fromMs)
  return { of, range, grain, sensorIds: query.sensor_id ?? null, sensorTypes: query.sensor_type ?? null }
}

/** Readings older or newer than these do not exist; no time is spent on looking for them. */
const readable = ({ fromMs, toMs }: Range, nowMs: number): Range => ({
  fromMs: Math.max(fromMs, ingestLimits.oldestMs - dayMs),
  toMs: Math.min(toMs, nowMs + 366 * dayMs),
})

/** Answers a page of a question, or refuses it for what the whole would cost. */
export function createAnswer({ stored, clock }: { stored: StoredReadings; clock: Clock }) {
  const rawBuffers = createRawBuffers()
  const bucketBuffers = createBucketBuffers()

  const pageOf = async (
    question: Question,
    sensors: readonly PastSensor[],
    page: PageQuery,
    signal: AbortSignal,
  ): Promise<string | PageBytes> => {
    const { grain } = question
    const after = placeAfter(question, page.cursor)
    const limit = page.limit ?? 1_000
    const range = readable(question.range, clock.now())
    const begin = beginOf(question)
    const end = (next: Place | null) => `,"next_cursor":${JSON.stringify(next && cursorFor(question, next))}}`
    if (sensors.length === 0 || range.fromMs >= range.toMs) return `${begin}[]${end(null)}`
    if (grain === 'raw') {
      const json = createRawJson(rawBuffers, begin)
      return json.end(end(await rawPage(stored, sensors, range, { after, limit, json, signal })))
    }
    const json = createBucketJson(bucketBuffers, sensors, begin)
    return json.end(end(await rolledPage(stored, sensors, range, grain, { after, limit, json, signal })))
  }

  return async function answer(
    question: Question,
    sensors: readonly PastSensor[],
    page: PageQuery,
    signal: AbortSignal,
  ): Promise<HistoryAnswer> {
    const { range, grain } = question
    const endMs = clock.now() + ingestLimits.aheadMs
    const estimate = estimateCost(sensors, range, grain, endMs)
    if (estimate > costs.limit) {
      const members = { estimate, limit: costs.limit, resolution: affordable(sensors, range, grain, endMs) }
      return { refusal: historyErrors.history_too_costly(refusalText(members)), members }
    }
    return { json: await pageOf(question, sensors, page, signal) }
  }
}

/** An answer as far as its records. */
function beginOf({ range, grain }: Question): string {
  const [from, to] = [range.fromMs, range.toMs].map((ms) => new Date(ms).toISOString())
  return `${JSON.stringify({ from, to, resolution: grain }).slice(0, -1)},"records":`
}

function refusalText({ estimate, limit, resolution }: { estimate: number; limit: number; resolution: Grain | null }) {
  const cost = `This would cost ${estimate} readings, and a request may cost ${limit}.`
  if (resolution === null) return `${cost} Ask for fewer sensors or a shorter range.`
  return `${cost} It fits with resolution=${resolution}, or with fewer sensors or a shorter range.`
}
