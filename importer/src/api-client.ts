import { setTimeout as sleep } from 'node:timers/promises'
import { importError } from './errors.ts'
import type { HttpAnswer, HttpRequest, HttpTransport } from './http-transport.ts'

export interface ApiClientOptions {
  transport: HttpTransport
  baseUrl: string
  /** How long one request may be tried again before the import gives up. */
  patienceMs?: number
  onWait?: (wait: { reason: string; pauseMs: number }) => void
  pause?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  now?: () => number
  random?: () => number
}

export interface ApiRequest extends HttpRequest {
  /** False where a request that was carried out but not answered must not be sent again. Default true. */
  repeatable?: boolean
}

export interface ApiClient {
  /** `repeated`: it was sent more than once, so an earlier attempt may have been carried out without an answer. */
  send(request: ApiRequest): Promise<{ answer: HttpAnswer; repeated: boolean }>
}

const busy = new Set([429, 502, 503, 504])
const brokenConnection = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH EAI_AGAIN'.split(' '),
)
const firstPauseMs = 250
const longestPauseMs = 15_000

/** Sends requests until they are answered: waits out a busy or restarting server, and says so. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { transport, baseUrl, patienceMs = 5 * 60_000, onWait, now = Date.now, random = Math.random } = options
  const pause = options.pause ?? ((ms, signal) => sleep(ms, undefined, { signal }))
  // A server that never answered is more likely not started than restarting: that is said at once.
  let everAnswered = false

  async function attempt(request: ApiRequest): Promise<HttpAnswer | { broken: string }> {
    try {
      const answer = await transport.send(request)
      everAnswered = true
      return answer
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException
      if (!everAnswered) throw unreachable(`Nothing answers at ${baseUrl} (${code || message}). Is it running?`, error)
      if (!brokenConnection.has(code)) throw unreachable(`${request.method} ${request.path} failed: ${message}`, error)
      if (request.repeatable === false && code !== 'ECONNREFUSED') {
        throw unreachable(`${baseUrl} broke off before it answered (${code}). Run the import again to go on.`, error)
      }
      return { broken: code }
    }
  }

  return {
    async send(request) {
      const giveUpAt = now() + patienceMs
      for (let attempts = 0; ; attempts++) {
        request.signal?.throwIfAborted()
        const outcome = await attempt(request)
        if ('status' in outcome && !busy.has(outcome.status)) return { answer: outcome, repeated: attempts > 0 }

        // Full jitter, so that the requests in flight don't come back all at once.
        const backOffMs = Math.min(longestPauseMs, firstPauseMs * 2 ** attempts) * random()
        const askedMs = 'status' in outcome ? retryAfterMs(outcome.retryAfter, now()) : 0
        const pauseMs = Math.round(askedMs + backOffMs)
        const reason = 'status' in outcome ? `it answers ${outcome.status}` : outcome.broken
        if (now() + pauseMs > giveUpAt) {
          throw unreachable(
            `${baseUrl} stays out of reach (${reason}) for ${attempts + 1} attempts. Run the import again to go on.`,
          )
        }
        onWait?.({ reason, pauseMs })
        await pause(pauseMs, request.signal)
      }
    },
  }
}

const unreachable = (message: string, cause?: unknown) => importError('import_server_unreachable', message, cause)

/** `Retry-After` is seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs
  return ms > 0 ? ms : 0
}
