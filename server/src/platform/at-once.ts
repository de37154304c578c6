import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import { type App, type HttpSettings, requestIdOf } from './http.ts'
import type { Metrics } from './metrics.ts'
import { securityHeaders } from './security-headers.ts'

/** An answer that needs nothing but memory. */
export interface AtOnce {
  /** Pattern of the route that would answer the same, for metrics and the log. */
  route: string
  status: 200 | 304
  /** Names and values in turn. */
  headers: readonly string[]
  /** Of 200. */
  bytes: Buffer | null
}

interface AtOnceSettings extends HttpSettings {
  log: Logger
  metrics: Pick<Metrics, 'noteRequest'>
  /** What a GET is answered with; null: as every other request, which is right at any time. Waits for nothing. */
  find(request: IncomingMessage): AtOnce | null
}

/**
 * Answers before the framework sees a request, where the answer lies in memory: routing, hooks and a log of its own cost
 * a request more than all that such an answer takes (ADR 0030). What is answered must be what the route would answer;
 * what is noted of it is the same. A 304 has no security headers: browsers keep those of the answer it confirms.
 */
export function answerAtOnce(app: App, { find, log, metrics, overTls = false }: AtOnceSettings): void {
  const headersOf200 = Object.entries(securityHeaders(overTls)).flat()
  const { server } = app
  const others = server.listeners('request')
  let isStopping = false
  app.addHook('preClose', (done) => {
    isStopping = true
    done()
  })
  const found = (request: IncomingMessage): AtOnce | null => {
    try {
      return find(request)
    } catch (error) {
      log.error({ err: error }, 'no answer at once')
      return null
    }
  }

  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const startedMs = performance.now()
    const answer = isStopping || request.method !== 'GET' || hasBody(request) ? null : found(request)
    if (answer === null) {
      for (const listener of others) Reflect.apply(listener, server, [request, response])
      return
    }
    const { route, status, bytes } = answer
    const headers = status === 200 ? answer.headers.concat(headersOf200) : [...answer.headers]
    // Where nothing is told of a request there is nothing to find by its id, and making one costs a microsecond.
    const isTold = log.isLevelEnabled('info')
    const given = request.headers['x-request-id']
    const id = isTold || given !== undefined ? requestIdOf(given) : null
    if (id !== null) headers.push('x-request-id', id)
    response.writeHead(status, headers)
    if (bytes === null) response.end()
    else response.end(bytes)
    const ms = performance.now() - startedMs
    metrics.noteRequest({ method: 'GET', route, status }, ms)
    if (isTold) log.info({ request_id: id, method: 'GET', route, status, ms: Math.round(ms * 10) / 10 }, 'request')
  })
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
