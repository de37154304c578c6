import { BuildingDashboard, Closed, FloorDashboard, FloorSparklines, Id } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App } from '#platform'
import type { CachedBody } from './body-cache.ts'

export interface Dashboards {
  floor(floorId: number): Promise<{ body: CachedBody; hit: boolean }>
  building(buildingId: number): Promise<{ body: CachedBody; hit: boolean }>
  sparklines(floorId: number): Promise<{ body: CachedBody; hit: boolean }>
}

const FloorParams = Closed({ floor_id: Id })
const BuildingParams = Closed({ building_id: Id })
const NotModified = Type.Null({ description: 'Nothing has changed since the ETag in If-None-Match' })
const tags = ['Dashboard']
const config = { access: 'read' } as const

export function dashboardRoutes(app: App, dashboards: Dashboards): void {
  app.get(
    '/api/dashboard/floor/:floor_id',
    {
      config,
      schema: {
        summary: 'A floor now: every sensor with its newest reading',
        tags,
        params: FloorParams,
        response: { 200: FloorDashboard, 304: NotModified },
      },
    },
    async (request, reply) => send(request, reply, await dashboards.floor(request.params.floor_id)),
  )
  app.get(
    '/api/dashboard/building/:building_id',
    {
      config,
      schema: {
        summary: 'A building now: every floor summed up',
        tags,
        params: BuildingParams,
        response: { 200: BuildingDashboard, 304: NotModified },
      },
    },
    async (request, reply) => send(request, reply, await dashboards.building(request.params.building_id)),
  )
  app.get(
    '/api/dashboard/floor/:floor_id/sparklines',
    {
      config,
      schema: {
        summary: 'The last hour of every sensor of a floor, a value a minute',
        tags,
        params: FloorParams,
        response: { 200: FloorSparklines, 304: NotModified },
      },
    },
    async (request, reply) => send(request, reply, await dashboards.sparklines(request.params.floor_id)),
  )
}

/** The body is text already: sent as it is. Browsers keep it and ask again with its ETag. */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, hit }: { body: CachedBody; hit: boolean },
): FastifyReply {
  reply
    .header('etag', body.etag)
    .header('x-cache', hit ? 'hit' : 'miss')
    .header('cache-control', 'private, no-cache')
  if (isKnown(request.headers['if-none-match'], body.etag)) return reply.code(304).send()
  return reply
    .type('application/json; charset=utf-8')
    .serializer((text) => text as string)
    .send(body.json)
}

/** RFC 9110, 13.1.2: a list of tags compared weakly, or `*`. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
