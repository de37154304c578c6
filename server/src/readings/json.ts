import { ingestLimits } from '@plenum/contract'
import { commonErrors } from '#platform'
import type { Claim } from './admission.ts'
import { readingErrors } from './errors.ts'
import { isDeeperThan } from './json-depth.ts'

const readingFields = ['sensor_id', 'sensor_key', 'timestamp', 'value']

/**
 * The readings of a JSON body, not yet judged. What is held grows with what has arrived.
 * @throws overloaded, json_too_deep, body_not_json, readings_missing, too_many_readings
 */
export async function readJson(pieces: AsyncIterable<Buffer>, claim: Claim): Promise<unknown[]> {
  const received: Buffer[] = []
  let total = 0
  for await (const piece of pieces) {
    total += piece.length
    claim.toHold(total)
    received.push(piece)
  }
  // Most bodies are one piece.
  return readingsOf(received.length === 1 ? (received[0] as Buffer) : Buffer.concat(received, total))
}

/** The array under `readings`, or the one reading that the body is. */
function readingsOf(json: Buffer): unknown[] {
  if (isDeeperThan(ingestLimits.depth, json)) throw readingErrors.json_too_deep(`At most ${ingestLimits.depth} levels.`)
  const parsed = parse(json)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw readingErrors.readings_missing()
  if (!Object.hasOwn(parsed, 'readings')) {
    if (!readingFields.some((field) => Object.hasOwn(parsed, field))) throw readingErrors.readings_missing()
    return [parsed]
  }
  const { readings } = parsed as { readings: unknown }
  if (!Array.isArray(readings)) throw readingErrors.readings_missing('readings must be an array.')
  if (readings.length > ingestLimits.readingsPerRequest) {
    throw readingErrors.too_many_readings(
      `At most ${ingestLimits.readingsPerRequest} in one request; NDJSON has no limit.`,
    )
  }
  return readings
}

function parse(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8'))
  } catch {
    throw commonErrors.body_not_json()
  }
}
