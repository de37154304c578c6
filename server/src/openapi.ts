import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { Problem } from '@plenum/contract'
import type { FastifyContextConfig, FastifySchema } from 'fastify'
import type { Action } from '#auth'
import { type App, errorCodes, policyOfPage, writePolicy } from '#platform'

const problem = {
  description: 'Problem (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
}

/** What every route of its kind may answer, and what the route says itself. */
function problemsOf(method: string, config: Partial<FastifyContextConfig>, schema: FastifySchema) {
  const { access = 'anonymous', problems = [] } = config
  const statuses = new Set([503, ...problems])
  const add = (...more: number[]): void => more.forEach((status) => statuses.add(status))
  if (schema.body || schema.params || schema.querystring) add(400)
  if (schema.params) add(404)
  // Whatever is sent along is read, also where it is not asked for.
  if (method !== 'GET') add(400, 403, 413, 415)
  if (access !== 'anonymous') add(401, 403)
  if (access === 'ingest') add(429)
  return Object.fromEntries([...statuses].map((status) => [status, problem]))
}

/** `get_sensors_id`: what generators of clients name a function by. */
const operationIdOf = (method: string, url: string): string =>
  [method.toLowerCase(), ...url.split(/\W+/).filter((part) => part !== '' && part !== 'api')].join('_')

const docsPolicy = writePolicy(policyOfPage)

const securityOf = (access: Action): Record<string, []>[] => {
  if (access === 'anonymous') return []
  // A key can't be used to make keys for its owner.
  return access === 'account' ? [{ session: [] }] : [{ session: [] }, { apiKey: [] }]
}

/** OpenAPI 3.1 at /api/openapi.json, made from the schemas that validate, and a page to browse it at /api/docs. */
export async function publishOpenapi(app: App, sessionCookieName: string): Promise<void> {
  app.addSchema(Problem)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plenum',
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        description:
          'Smart building management. Times are RFC 3339, answered in UTC; ranges are half-open. Errors are application/problem+json with a stable `code`.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: sessionCookieName },
          apiKey: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `schema${i}`) },
    transform: ({ schema, url, route }) => {
      const given = (schema ?? {}) as FastifySchema & { response?: object }
      const config = (route.config ?? {}) as Partial<FastifyContextConfig>
      const method = String([route.method].flat()[0])
      const response = { ...problemsOf(method, config, given), ...given.response }
      const security = securityOf(config.access ?? 'anonymous')
      const operationId = operationIdOf(method, url)
      return { schema: { ...given, operationId, response, security } as FastifySchema, url }
    },
  })
  app.get('/api/openapi.json', { config: { access: 'read' }, schema: { hide: true } as FastifySchema }, async () => ({
    ...app.swagger(),
    'x-error-codes': Object.fromEntries(errorCodes()),
  }))
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'read' }
    })
    scope.addHook('onRequest', async (_request, reply) => void reply.header('content-security-policy', docsPolicy))
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      uiConfig: { url: '/api/openapi.json', persistAuthorization: false, layout: 'BaseLayout' },
    })
  })
}
