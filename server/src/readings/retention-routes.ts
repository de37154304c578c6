import {
  Closed,
  Page,
  Retention as RetentionItem,
  RetentionChanged,
  RetentionDryRun,
  RetentionDryRunInput,
  RetentionLogEntry,
  RetentionLogQuery,
  RetentionPeriods,
  type SensorType,
  SensorTypeName,
} from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { byOf, personOf } from '#auth'
import { type App, commonErrors, decodeCursor, encodeCursor } from '#platform'
import type { Retention } from './retention.ts'
import { defaultRetention } from './retention-plan.ts'
import { refuseShortRollup } from './retention-policy.ts'
import { toDryRun, toDue, toLogEntry, toRetention } from './retention-wire.ts'

const path = '/api/retention'
const tags = ['Retention']
const KindParams = Closed({ sensor_type: SensorTypeName })
/** Periods alone: they say nothing of any building. */
const see = { access: 'read' } as const
/** All buildings at once. */
const administer = { access: 'administer' } as const
const change = { access: 'administer', problems: [422] } as const
const logName = 'retention_log'

/** There is no route that drops: whoever mistypes a period can mend it until the next run, and nothing goes on a click. */
export function retentionRoutes(app: App, retention: Retention): void {
  const { policy } = retention

  const set = async (request: FastifyRequest, sensorType: SensorType, periods: RetentionPeriods) => {
    refuseShortRollup(sensorType, periods)
    // Counted before anything is changed: where that fails, nothing has happened.
    const due = await retention.wouldDrop(new Map([[sensorType, periods]]), sensorType)
    await policy.set(sensorType, periods, byOf(request))
    request.log.info({ userId: personOf(request).userId, sensorType, ...periods }, 'retention changed')
    return { ...toRetention(await policy.kind(sensorType)), would_drop: due.map(toDue) }
  }

  app.get(
    path,
    {
      config: see,
      schema: {
        summary: 'How long readings and their figures are kept, by kind of sensor',
        tags,
        response: { 200: Type.Object({ items: Type.Array(RetentionItem) }) },
      },
    },
    async () => ({ items: (await policy.kinds()).map(toRetention) }),
  )
  app.put(
    `${path}/:sensor_type`,
    {
      config: change,
      schema: {
        summary: 'Change how long a kind is kept',
        description:
          'Drops nothing itself: the hourly job does, and the answer says what it would drop now. A period counts from the end of a day of the building, or from the registration of the sensor where that is later, so recorded history that is brought in stays for a whole period.',
        tags,
        params: KindParams,
        body: RetentionPeriods,
        response: { 200: RetentionChanged },
      },
    },
    (request) => set(request, request.params.sensor_type, request.body),
  )
  app.delete(
    `${path}/:sensor_type`,
    {
      config: administer,
      schema: {
        summary: 'Keep a kind as long as is the default; the next run may then drop more',
        tags,
        params: KindParams,
        response: { 200: RetentionChanged },
      },
    },
    (request) => set(request, request.params.sensor_type, defaultRetention[request.params.sensor_type]),
  )
  app.post(
    `${path}/dry-run`,
    {
      config: change,
      schema: {
        summary: 'What would go now, as things are or under other rules; changes nothing',
        description:
          'Counts sealed days. Readings of a day are sealed some hours after its end, late ones within minutes.',
        tags,
        body: RetentionDryRunInput,
        response: { 200: RetentionDryRun },
      },
    },
    async (request) => {
      const rules = request.body?.rules ?? []
      for (const { sensor_type, ...periods } of rules) refuseShortRollup(sensor_type, periods)
      return toDryRun(await retention.wouldDrop(new Map(rules.map(({ sensor_type, ...rule }) => [sensor_type, rule]))))
    },
  )
  app.get(
    `${path}/log`,
    {
      config: administer,
      schema: {
        summary: 'What was dropped, newest first; one entry a day (UTC), kind and stage',
        tags,
        querystring: RetentionLogQuery,
        response: { 200: Page(RetentionLogEntry) },
      },
    },
    async ({ query: { limit = 100, cursor } }) => {
      const found = await retention.log({ before: cursor === undefined ? null : idOf(cursor), limit: limit + 1 })
      const items = found.slice(0, limit).map(toLogEntry)
      const last = items.at(-1)
      return { items, next_cursor: found.length > limit && last ? encodeCursor([logName, last.id]) : null }
    },
  )
}

/** @throws cursor_invalid also for the cursor of another list */
function idOf(cursor: string): number {
  const [list, id] = decodeCursor(cursor, ['string', 'number'] as const)
  if (list !== logName) throw commonErrors.cursor_invalid()
  return id
}
