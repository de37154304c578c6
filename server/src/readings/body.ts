import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ingestLimits } from '@plenum/contract'
import { commonErrors } from '#platform'
import { readingErrors } from './errors.ts'
import { isDeeperThan } from './json-depth.ts'

const inflate = promisify(gunzip)

/** True for gzip, false for none. @throws encoding_unsupported */
export function isGzip(contentEncoding: string | undefined): boolean {
  if (contentEncoding === undefined || contentEncoding === 'identity') return false
  if (contentEncoding === 'gzip' || contentEncoding === 'x-gzip') return true
  throw readingErrors.encoding_unsupported('Send the body plain or with Content-Encoding: gzip.')
}

/**
 * The readings of a JSON body, not yet judged: the array under `readings`, or the one reading that the body is.
 * The size is bounded while inflating, so a gzip bomb stops at the limit.
 * @throws body_too_large, body_not_gzip, json_too_deep, body_not_json, readings_missing, too_many_readings
 */
export async function readingsOfJson(body: Buffer, gzip: boolean): Promise<unknown[]> {
  const json = gzip ? await unpack(body) : body
  if (isDeeperThan(ingestLimits.depth, json)) throw readingErrors.json_too_deep(`At most ${ingestLimits.depth} levels.`)
  let parsed: unknown
  try {
    parsed = JSON.parse(json.toString('utf8'))
  } catch {
    throw commonErrors.body_not_json()
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw readingErrors.readings_missing()
  if (!Object.hasOwn(parsed, 'readings')) {
    const single = ['sensor_id', 'sensor_key', 'timestamp', 'value'].some((field) => Object.hasOwn(parsed, field))
    if (!single) throw readingErrors.readings_missing()
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

async function unpack(body: Buffer): Promise<Buffer> {
  try {
    return await inflate(body, { maxOutputLength: ingestLimits.jsonBytes })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw commonErrors.body_too_large()
    throw readingErrors.body_not_gzip({}, error)
  }
}
