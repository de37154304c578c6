import { BuildingDashboard, BuildingsDashboard, Closed, FloorDashboard, FloorSparklines, Id } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { callerOf, type Principal } from '#auth'
import type { App } from '#platform'
import { codingFor } from './accepted-coding.ts'
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

/** The body is bytes already: sent as they are. Browsers keep them and ask again with their ETag. */
async function send(request: FastifyRequest, reply: FastifyReply, { body, hit }: Answer): Promise<FastifyReply> {
  const { coding, etag, bytes } = await body.codings.of(codingFor(request.headers['accept-encoding']))
  reply
    .header('etag', etag)
    .header('vary', 'accept-encoding')
    .header('x-cache', hit ? 'hit' : 'miss')
    .header('cache-control', 'private, no-cache')
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  if (coding !== 'identity') reply.header('content-encoding', coding)
  return reply.type('application/json; charset=utf-8').send(bytes)
}

/** RFC 9110, 13.1.2: a list of tags compared weakly, or `*`. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
