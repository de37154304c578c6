import type { FastifyRequest } from 'fastify'
import type { Refusal, Refusals } from '#audit'
import { type App, PlenumError } from '#platform'
import { type Action, can, type Person, type Principal } from './access.ts'
import { byOf } from './by.ts'
import { authErrors } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does; every route says it, or the server does not start. */
    access: Action
  }
  interface FastifyRequest {
    principal: Principal | null
  }
}

/**
 * What is noted of refusals. That somebody is not signed in is no attempt at anything: every page whose session has
 * ended asks so. What is not found may be somebody else's, and then nobody may see from it that it exists.
 */
const noted: Readonly<Record<string, Refusal['action']>> = {
  not_allowed: 'access.refused',
  cross_site_refused: 'access.refused',
  api_key_invalid: 'api_key.refused',
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

interface GuardContext {
  identify(request: FastifyRequest): Promise<Principal | null>
  /** Of the public address, where one is set. */
  ownOrigin(): string | null
  refusals: Pick<Refusals, 'note'>
  /** Before the answer to a write goes out that may have changed who may do what. */
  written(): void
}

/**
 * Stands before every route: who asks, may they, and does a browser's write come from our own pages.
 * It runs before the body is read, so what is refused costs nothing.
 */
export function guard(app: App, { identify, ownOrigin, refusals, written }: GuardContext): void {
  app.decorateRequest('principal', null)
  // Looked at when all are known: a scope around a plugin's routes may say it for them.
  const routes: { method: string | string[]; url: string; config?: unknown }[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  app.addHook('onReady', async () => {
    for (const { method, url, config } of routes) {
      const { access } = (config ?? {}) as { access?: Action }
      if (!access) throw new Error(`${method} ${url} does not say who may use it`)
    }
  })
  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const { access } = request.routeOptions.config
    if (!reading.has(request.method) && request.headers.authorization === undefined)
      refuseCrossSite(request, ownOrigin())
    if (access === 'anonymous') return
    request.principal = await identify(request)
    if (!can(request.principal, access)) {
      throw request.principal === null ? authErrors.not_signed_in() : authErrors.not_allowed()
    }
  })
  // What somebody has done here holds here for whatever is asked after the answer.
  app.addHook('onSend', (request, _reply, payload, done) => {
    if (!reading.has(request.method) && request.routeOptions.config.access !== 'ingest') written()
    done(null, payload)
  })
  // Wherever it was refused, here or by a route.
  app.addHook('onError', async (request, _reply, error: Error) => {
    const action = error instanceof PlenumError ? noted[error.code] : undefined
    if (action === undefined) return
    const { code } = error as PlenumError
    const details = { code, method: request.method, route: request.routeOptions.url ?? null }
    await refusals.note(byOf(request), { action, details })
  })
}

/**
 * Cookies travel with what other sites send; a bearer key does not. Browsers say where a request comes from in
 * Sec-Fetch-Site (Fetch Metadata), older ones in Origin; programs say neither and carry no cookies of a victim.
 * The public address is known with its scheme: a page of the same host by http is another site's, as whoever sits on
 * the line can write it.
 */
function refuseCrossSite(request: FastifyRequest, ownOrigin: string | null): void {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw authErrors.cross_site_refused()
  const { origin } = request.headers
  if (origin === undefined || origin === ownOrigin) return
  const host = URL.parse(origin)?.host
  const ownHost = ownOrigin && URL.parse(ownOrigin)?.host
  if (host === undefined || host !== request.host || host === ownHost) throw authErrors.cross_site_refused()
}

/** Whoever asks; for routes that are not for everybody. @throws not_signed_in */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw authErrors.not_signed_in()
  return request.principal
}

/** The person behind the request; for routes that only people may use. @throws not_allowed */
export function personOf(request: FastifyRequest): Person {
  if (request.principal?.kind !== 'user') throw authErrors.not_allowed()
  return request.principal
}
