import {
  IdParams,
  Closed,
  History,
  HistoryQuery,
  historyLimits,
  Id,
  Problem,
  Series,
  SensorHistoryQuery,
  SeriesQuery,
} from '@plenum/contract'
import type { FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import { callerOf, type Principal } from '#auth'
import type { App } from '#platform'
import type { HistoryAnswer } from './answer.ts'
import { clientGone, inTime } from './in-time.ts'
import { parseRange, type Range } from './instant.ts'

export interface Past {
  ofFloor(
    principal: Principal,
    floorId: number,
    query: Static<typeof HistoryQuery>,
    signal: AbortSignal,
  ): Promise<HistoryAnswer>
  ofSensor(
    principal: Principal,
    sensorId: number,
    query: Static<typeof SensorHistoryQuery>,
    signal: AbortSignal,
  ): Promise<HistoryAnswer>
  series(
    principal: Principal,
    sensorId: number,
    line: { range: Range; points: number },
    signal: AbortSignal,
  ): Promise<Omit<Series, 'from' | 'to'>>
}

/** What a program needs to ask again for less; RFC 9457, 3.2. */
const TooCostly = Type.Object({
  ...Problem.properties,
  estimate: Type.Integer({ description: 'What it would cost, in readings read' }),
  limit: Type.Integer({ description: 'What one request may cost' }),
  resolution: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'The finest resolution that fits, null where none does',
  }),
})

const tags = ['History']
const config = { access: 'read', problems: [408] } as const
const response = {
  200: History,
  422: {
    description: 'Too costly (RFC 9457)',
    content: { 'application/problem+json': { schema: TooCostly } },
  },
}

export function historyRoutes(app: App, past: Past): void {
  const timeoutMs = historyLimits.timeoutMs

  app.get(
    '/api/dashboard/floor/:floor_id/history',
    {
      config,
      schema: {
        summary: 'The past of a floor, as readings or in buckets',
        tags,
        params: Closed({ floor_id: Id }),
        querystring: HistoryQuery,
        response,
      },
    },
    async (request, reply) => {
      const principal = callerOf(request)
      const ask = (signal: AbortSignal) => past.ofFloor(principal, request.params.floor_id, request.query, signal)
      return sendAnswer(reply, await inTime(timeoutMs, clientGone(reply), ask))
    },
  )
  app.get(
    '/api/sensors/:id/history',
    {
      config,
      schema: {
        summary: 'The past of a sensor, as readings or in buckets',
        tags,
        params: IdParams,
        querystring: SensorHistoryQuery,
        response,
      },
    },
    async (request, reply) => {
      const principal = callerOf(request)
      const ask = (signal: AbortSignal) => past.ofSensor(principal, request.params.id, request.query, signal)
      return sendAnswer(reply, await inTime(timeoutMs, clientGone(reply), ask))
    },
  )
  app.get(
    '/api/sensors/:id/series',
    {
      config,
      schema: {
        summary: 'The line of a sensor for a chart of that many pixels, peaks kept; any range in one answer',
        tags,
        params: IdParams,
        querystring: SeriesQuery,
        response: { 200: Series },
      },
    },
    async (request, reply) => {
      const { from, to, points = 800 } = request.query
      const principal = callerOf(request)
      const range = parseRange(from, to)
      const ask = (signal: AbortSignal) => past.series(principal, request.params.id, { range, points }, signal)
      const series = await inTime(timeoutMs, clientGone(reply), ask)
      const { sensor_id, ...line } = series
      return { sensor_id, ...instants(range), ...line }
    },
  )
}

const instants = ({ fromMs, toMs }: Range) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
})

/** Answers are JSON already, as text or its bytes. */
function sendAnswer(reply: FastifyReply, answer: HistoryAnswer): FastifyReply {
  if ('refusal' in answer) {
    const { code, status, title, message } = answer.refusal
    const problem = { type: `about:blank#${code}`, title, status, code, detail: message, request_id: reply.request.id }
    return reply
      .code(status)
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send({ ...problem, ...answer.members })
  }
  const { json } = answer
  reply.type('application/json; charset=utf-8')
  if (typeof json === 'string') return reply.serializer((ready) => ready as string).send(json)
  // By then the kernel has all of it, or wants no more.
  reply.raw.once('close', json.release)
  return reply.send(json.bytes as never)
}
