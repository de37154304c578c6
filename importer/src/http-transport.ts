import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** From the root of the API's address: `/api/...`. */
  path: string
  headers?: Record<string, string>
  /** JSON, unless `contentType` says something else. */
  body?: string
  contentType?: string
  signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  status: number
  retryAfter: string | undefined
  body: string
}

export interface HttpTransport {
  /** One attempt. An aborted request is given a few seconds to be answered, so that its outcome is known. */
  send(request: HttpRequest): Promise<HttpAnswer>
  close(): void
}

const answerTimeoutMs = 60_000
const graceMs = 5_000

/**
 * Requests over a few kept connections. node:http, because the client shares its processors with the server and
 * the database: sending KETI (186 MB in 553 requests) costs it 0.5 s of CPU, through fetch 1.5 s.
 */
export function createHttpTransport({ baseUrl, connections }: { baseUrl: string; connections: number }): HttpTransport {
  const base = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`)
  const { Agent, request: open } = base.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: connections })

  async function send(asked: HttpRequest): Promise<HttpAnswer> {
    const { method, path, headers, body, contentType = 'application/json', signal } = asked
    const contentHeaders =
      body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }
    const target = new URL(`.${path}`, base)
    let shorten: (() => void) | undefined
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = open(target, { method, agent, headers: { ...headers, ...contentHeaders } }, resolve)
        request.on('error', reject)
        const waitAtMost = (ms: number) => request.setTimeout(ms, () => request.destroy(noAnswer(ms)))
        waitAtMost(answerTimeoutMs)
        shorten = () => waitAtMost(graceMs)
        signal?.addEventListener('abort', shorten)
        request.end(body)
      })
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: text }
    } finally {
      if (shorten) signal?.removeEventListener('abort', shorten)
    }
  }

  return { send, close: () => agent.destroy() }
}

const noAnswer = (ms: number) => Object.assign(new Error(`no answer for ${ms / 1000} s`), { code: 'ETIMEDOUT' })
