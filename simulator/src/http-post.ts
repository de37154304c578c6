import type { IngestAnswer } from '@plenum/contract'
import type { Post } from './delivery.ts'

/** Longer than a server under load may take to commit, shorter than a person waits for a sign of life. */
const timeoutMs = 30_000

const retryAfterSeconds = (header: string | null): number | null => {
  if (header === null) return null
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null
}

/** Posts readings to Plenum's ingest endpoint with a gateway's key. */
export const createHttpPost = (options: { url: string; key: string; signal: AbortSignal }): Post => {
  const endpoint = new URL('/api/sensors/data', options.url)
  const headers = { authorization: `Bearer ${options.key}`, 'content-type': 'application/json' }
  return async (readings) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify({ readings }),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]),
    })
    // Read to the end in any case: only then can the connection be used again.
    const body = await response.text()
    return {
      status: response.status,
      retryAfterS: retryAfterSeconds(response.headers.get('retry-after')),
      answer: response.status === 200 ? (JSON.parse(body) as IngestAnswer) : null,
    }
  }
}
