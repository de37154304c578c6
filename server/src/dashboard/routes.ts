import { BuildingDashboard, BuildingsDashboard, Closed, FloorDashboard, FloorSparklines, Id } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { callerOf, type Principal } from '#auth'
import type { App } from '#platform'
import type { Answer } from './seen.ts'

/** Each as whoever asks may see it; what they may not see is not there. */
export interface Dashboards {
  floor(principal: Principal, floorId: number): Promise<Answer>
  building(principal: Principal, buildingId: number): Promise<Answer>
  buildings(principal: Principal): Promise<Answer>
  sparklines(principal: Principal, floorId: number): Promise<Answer>
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
    async (request, reply) => send(request, reply, await dashboards.floor(callerOf(request), request.params.floor_id)),
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
    async (request, reply) =>
      send(request, reply, await dashboards.building(callerOf(request), request.params.building_id)),
  )
  app.get(
    '/api/dashboard/buildings',
    {
      config,
      schema: {
        summary: 'All buildings now, each summed up',
        tags,
        response: { 200: BuildingsDashboard, 304: NotModified },
      },
    },
    async (request, reply) => send(request, reply, await dashboards.buildings(callerOf(request))),
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
    async (request, reply) =>
      send(request, reply, await dashboards.sparklines(callerOf(request), request.params.floor_id)),
  )
}

/** The body is text already: sent as it is. Browsers keep it and ask again with its ETag. */
function send(request: FastifyRequest, reply: FastifyReply, { body, hit }: Answer): FastifyReply {
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
