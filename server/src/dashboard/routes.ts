import { BuildingDashboard, BuildingsDashboard, Closed, FloorDashboard, FloorSparklines, Id } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { callerOf, type Principal } from '#auth'
import type { App } from '#platform'
import { codingFor } from './accepted-coding.ts'
import { answerOf } from './body-answer.ts'
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

/** The body is bytes already: sent as they are. */
async function send(request: FastifyRequest, reply: FastifyReply, { body, hit }: Answer): Promise<FastifyReply> {
  const coded = await body.codings.of(codingFor(request.headers['accept-encoding']))
  const { status, headers, bytes } = answerOf(coded, hit, request.headers['if-none-match'])
  for (let i = 0; i < headers.length; i += 2) reply.header(headers[i] as string, headers[i + 1])
  return reply.code(status).send(bytes ?? undefined)
}
