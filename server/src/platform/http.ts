import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  fastify,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import type { Logger } from 'pino'
import { asUnavailable } from './database-errors.ts'
import { commonErrors, PlenumError } from './errors.ts'
import { createRouteTable } from './route-table.ts'
import { securityHeaders } from './security-headers.ts'
import { createValidatorCompiler, explain } from './validation.ts'

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Statuses of problems that this route answers besides what every route of its kind may. */
    problems?: readonly number[]
  }
}

const secondsMs = 1_000

export interface HttpSettings {
  /** Addresses and networks of proxies that say truly for whom they ask; nobody else is believed. */
  trustedProxies?: readonly string[]
  /** Whether people reach the server by https. */
  overTls?: boolean
}

/**
 * A Fastify that speaks problem+json, gives each request an id and refuses what is too slow.
 * Idle connections live longer than those of usual load balancers (60 s), or a reused one may answer 502.
 */
export function createHttp(log: Logger, { trustedProxies = [], overTls = false }: HttpSettings = {}): App {
  // What may be kept, a route says itself.
  const headers = { ...securityHeaders(overTls), 'cache-control': 'no-store' }
  const app: App = fastify({
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    bodyLimit: 1024 * 1024,
    keepAliveTimeout: 72 * secondsMs,
    // A bulk load streams for minutes; who sends nothing at all for a minute and a half is cut off.
    requestTimeout: 15 * 60 * secondsMs,
    connectionTimeout: 90 * secondsMs,
    handlerTimeout: 0,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    http: { headersTimeout: 20 * secondsMs, connectionsCheckingInterval: 5 * secondsMs },
    frameworkErrors: (error, _request, reply) => {
      // No hook has run.
      sendProblem(reply.headers(headers), toPlenumError(error))
    },
    clientErrorHandler: ({ code }, socket) => {
      const status = unreadable[code ?? ''] ?? '400 Bad Request'
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(createValidatorCompiler())
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toPlenumError(error)
    if (problem.status >= 500) request.log.error({ err: problem.cause ?? error, code: problem.code }, 'request failed')
    return sendProblem(reply, problem)
  })
  const routes = createRouteTable(app)
  app.setNotFoundHandler((request, reply) => {
    const allowed = routes.methodsOf(request.url)
    if (allowed.length === 0) return sendProblem(reply, commonErrors.not_found('There is nothing here.'))
    reply.header('allow', allowed.join(', '))
    return sendProblem(reply, commonErrors.method_not_allowed(`Here goes ${allowed.join(', ')}.`))
  })
  // Nothing here takes plain text; it is what a form of another site could send without being asked.
  app.removeContentTypeParser('text/plain')
  // With callbacks: a promise for each hook would cost a request more than what most of them do.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id)
    // Throttling and the audit log go by it.
    done(isIP(request.ip) === 0 ? commonErrors.forwarded_address_invalid() : undefined)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const took = { method: request.method, route: request.routeOptions.url, status: reply.statusCode }
    request.log.info({ ...took, ms: Math.round(reply.elapsedTime * 10) / 10 }, 'request')
    done()
  })
  return app
}

/** What Node could not read as a request, by its error code. */
const unreadable: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

/** Whoever asks may give it, so that it is found in their log too. */
export const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{8,64}$/.test(given) ? given : randomUUID()

function toPlenumError(error: FastifyError): PlenumError {
  // A body that broke off has the same ECONNRESET as a lost database, but comes with a status of its own.
  if (error.statusCode === 400 && error.code === 'ECONNRESET')
    return commonErrors.validation_failed('The body broke off.')
  const known = asUnavailable(error)
  if (known instanceof PlenumError) return known
  if (error.validation) {
    const where = error.validationContext === 'body' ? '' : `${error.validationContext ?? 'request'}: `
    const errors = explain(error.validation as never)
    const [first] = errors
    return commonErrors.validation_failed({
      detail: `${where}${first?.path ?? ''} ${first?.detail ?? ''}`.trim(),
      errors,
    })
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return commonErrors.body_too_large()
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return commonErrors.media_type_unsupported()
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return commonErrors.body_not_json()
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return commonErrors.validation_failed(error.message)
  return commonErrors.internal({}, error)
}

export function sendProblem(reply: FastifyReply, error: PlenumError): FastifyReply {
  const { detail, retryAfterS, errors } = error.details
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS))
  // Whatever was left unread of a refused body must not be taken for the next request.
  if (error.status === 413) reply.header('connection', 'close')
  if (error.status === 401) reply.header('www-authenticate', 'Bearer')
  reply.header('x-request-id', reply.request.id)
  const body = { type: `about:blank#${error.code}`, title: error.title, status: error.status, code: error.code }
  return reply
    .code(error.status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({ ...body, detail, request_id: reply.request.id, errors })
}
