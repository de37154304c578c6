import type { IngestAnswer } from '@plenum/contract'
import type { WireReading } from './batches.ts'
import type { Post } from './delivery.ts'
import type { Runs } from './runs.ts'

/** Longer than a server under load may take to commit, shorter than a person waits for a sign of life. */
const timeoutMs = 30_000

const retryAfterSeconds = (header: string | null): number | null => {
  if (header === null) return null
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null
}

export interface HttpPostOptions {
  url: string
  key: string
  signal: AbortSignal
}

const createPost = <Readings extends { length: number }>(
  { url, key, signal }: HttpPostOptions,
  { path, contentType, body }: { path: string; contentType: string; body: (readings: Readings) => string },
): Post<Readings> => {
  const endpoint = new URL(path, url)
  const headers = { authorization: `Bearer ${key}`, 'content-type': contentType }
  return async (readings) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers,
      body: body(readings),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    // Read to the end in any case: only then can the connection be used again.
    const text = await response.text()
    return {
      status: response.status,
      retryAfterS: retryAfterSeconds(response.headers.get('retry-after')),
      answer: response.status === 200 ? (JSON.parse(text) as IngestAnswer) : null,
    }
  }
}

/** Posts readings to Plenum's ingest endpoint with a gateway's key. */
export const createHttpPost = (options: HttpPostOptions): Post<WireReading[]> =>
  createPost(options, {
    path: '/api/sensors/data',
    contentType: 'application/json',
    body: (readings) => JSON.stringify({ readings }),
  })

/** Posts readings of the past to the bulk endpoint. */
export const createRunsPost = (options: HttpPostOptions): Post<Runs> =>
  createPost(options, {
    path: '/api/import/readings',
    contentType: 'application/x-ndjson',
    body: ({ ndjson }) => ndjson,
  })
