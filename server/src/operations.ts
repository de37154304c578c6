import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type Kysely, sql } from 'kysely'
import { Type } from 'typebox'
import { type App, defineErrors, type Metrics, type Redis, type Tables, unsafeSettings } from '#platform'

const errors = defineErrors({ metrics_not_allowed: [403, 'Metrics are for loopback or the metrics token'] })

const Check = Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })
const Readiness = Type.Object({
  /** `degraded`: it works, but promises less than it should. */
  status: Type.Enum(['ready', 'degraded', 'not_ready']),
  checks: Type.Array(Check),
})
type Check = { name: string; ok: boolean; detail: string; degrades?: boolean }

const tags = ['Operations']
const config = { access: 'anonymous' } as const
const metricsConfig = { ...config, problems: [403] }
/** Load balancers ask often, and an answer that takes longer is a no. */
const patienceMs = 2_000

interface Operated {
  database: { db: Kysely<Tables> }
  redis: Pick<Redis, 'status'> | null
  metrics: Metrics
}

export function operationRoutes(app: App, services: Operated, metricsToken: string | null): void {
  const { redis, metrics } = services
  const { db } = services.database
  let unsafe = 0
  metrics.gauge(
    'plenum_unsafe_settings',
    'Database settings under which an acknowledged reading could be lost in a power cut, when last looked at',
    () => unsafe,
  )
  const durability = async (): Promise<Check> => {
    try {
      const names = await withinPatience(unsafeSettings(db))
      unsafe = names.length
      return durabilityCheck(names)
    } catch {
      return { name: 'durability', ok: false, detail: 'unknown, the database is not reachable' }
    }
  }
  app.get(
    '/healthz',
    {
      config,
      schema: { summary: 'The process lives', tags, response: { 200: Type.Object({ status: Type.Literal('ok') }) } },
    },
    async () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    {
      config,
      schema: {
        summary: 'It can do its work; names what is missing',
        tags,
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const checks = await Promise.all([database(db), durability()])
      if (redis !== null) checks.push(redisCheck(redis.status()))
      const failed = checks.filter((check) => !check.ok)
      const status = failed.some((check) => !check.degrades) ? 'not_ready' : failed.length > 0 ? 'degraded' : 'ready'
      const body = { status, checks: checks.map(({ name, ok, detail }) => ({ name, ok, detail })) } as const
      return reply.code(status === 'not_ready' ? 503 : 200).send(body)
    },
  )
  app.get(
    '/metrics',
    {
      config: metricsConfig,
      schema: { summary: 'Prometheus figures', tags, produces: ['text/plain'], response: { 200: Type.String() } },
    },
    async (request, reply) => {
      const bearer = request.headers.authorization?.replace(/^Bearer +/i, '')
      const allowed = isLocal(request) || (metricsToken !== null && isSame(bearer ?? '', metricsToken))
      if (!allowed) throw errors.metrics_not_allowed()
      await durability()
      return reply
        .type(metrics.contentType)
        .serializer((text) => text as string)
        .send(await metrics.text())
    },
  )
}

/**
 * Behind a proxy on this machine every caller looks local, but the proxy says for whom it asks; so whatever came
 * through one is not local, trusted or not, and whatever address it names.
 */
const isLocal = ({ socket, headers }: FastifyRequest): boolean =>
  /^(::1$|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '') &&
  !Object.keys(headers).some((name) => /^(x-forwarded-.*|forwarded|x-real-ip|via)$/.test(name))

/** In a time that tells nothing of how much of it is right. */
const isSame = (given: string, token: string): boolean =>
  timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(token).digest())

const withinPatience = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer')), patienceMs).unref()),
  ])

async function database(db: Kysely<Tables>): Promise<Check> {
  try {
    const { rows } = await withinPatience(
      sql<{ name: string }>`select max(name) as name from plenum_migration where name not like '%/%'`.execute(db),
    )
    return { name: 'database', ok: true, detail: `reachable, at migration ${rows[0]?.name ?? 'none'}` }
  } catch {
    return { name: 'database', ok: false, detail: 'not reachable, or its migrations are not done' }
  }
}

/** Without it everything goes on, at the cost of queries. */
function redisCheck({ up, why }: ReturnType<Redis['status']>): Check {
  const detail = up ? 'reachable' : `not reachable, going on without it: ${why}`
  return { name: 'redis', ok: up, degrades: true, detail }
}

/** A kill test can't tell, the page cache survives a kill; so the settings themselves are looked at. */
function durabilityCheck(unsafe: string[]): Check {
  if (unsafe.length === 0) return { name: 'durability', ok: true, detail: 'a commit is on disk' }
  const detail = `acknowledged readings may be lost in a power cut: ${unsafe.join(', ')}`
  return { name: 'durability', ok: false, degrades: true, detail }
}
