import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { Problem } from '@plenum/contract'
import type { FastifySchema } from 'fastify'
import { type App, errorCodes } from '#platform'

const problem = {
  description: 'Problem (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
}

/** What every route of its kind may answer besides what it says itself. */
function problemsOf(access: string, schema: FastifySchema): Record<string, unknown> {
  const statuses: Record<string, unknown> = { 503: problem, default: problem }
  if (schema.body || schema.params || schema.querystring) statuses[400] = problem
  if (schema.params) statuses[404] = problem
  if (schema.body) Object.assign(statuses, { 413: problem, 415: problem })
  if (access !== 'anonymous') Object.assign(statuses, { 401: problem, 403: problem })
  return statuses
}

/** OpenAPI 3.1 at /api/openapi.json, made from the schemas that validate, and a page to browse it at /api/docs. */
export async function publishOpenapi(app: App): Promise<void> {
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
          session: { type: 'apiKey', in: 'cookie', name: 'plenum.session_token' },
          apiKey: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `schema${i}`) },
    transform: ({ schema, url, route }) => {
      const given = (schema ?? {}) as FastifySchema & { response?: object; hide?: boolean; security?: unknown }
      const access = (route.config as { access?: string } | undefined)?.access ?? 'anonymous'
      const response = { ...problemsOf(access, given), ...given.response }
      const security = access === 'anonymous' ? [] : [{ session: [] }, { apiKey: [] }]
      return { schema: { ...given, response, security } as FastifySchema, url }
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
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      uiConfig: { url: '/api/openapi.json', persistAuthorization: false },
    })
  })
}
