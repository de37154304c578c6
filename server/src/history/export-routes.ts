import { Readable } from 'node:stream'
import { ExportQuery } from '@plenum/contract'
import { Type } from 'typebox'
import type { AuditEvent, By } from '#audit'
import { byOf, callerOf } from '#auth'
import type { App } from '#platform'
import type { StoredReadings } from '#readings'
import { csvPieces } from './csv.ts'
import { clientGone } from './in-time.ts'
import { type Range, parseRange } from './instant.ts'
import { parquetPieces } from './parquet.ts'
import type { ShownSensors } from './shown-sensors.ts'
import type { PastSensor } from './store.ts'

const formats = {
  csv: { pieces: csvPieces, type: 'text/csv; charset=utf-8; header=present' },
  parquet: { pieces: parquetPieces, type: 'application/vnd.apache.parquet' },
} as const

export interface ExportRoutesContext {
  shown: ShownSensors
  stored: StoredReadings
  /** Notes who takes what away. */
  note(by: By, event: AuditEvent): Promise<void>
}

export function exportRoutes(app: App, { shown, stored, note }: ExportRoutesContext): void {
  app.get(
    '/api/export',
    {
      // Asking for the head alone would read it all.
      exposeHeadRoute: false,
      config: { access: 'read' },
      schema: {
        summary: 'Readings as a file, CSV or Parquet, however many',
        description:
          'Sensor by sensor in order of id, each in order of time. Text cells of the CSV that a spreadsheet would take for a formula begin with an apostrophe.',
        tags: ['History'],
        querystring: ExportQuery,
        response: {
          200: {
            description: 'The file',
            content: {
              'text/csv': { schema: Type.String() },
              'application/vnd.apache.parquet': { schema: Type.String({ format: 'binary' }) },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { from, to, format = 'csv', sensor_id } = request.query
      const range = parseRange(from, to)
      const gone = clientGone(reply)
      const sensors = await shown.byId(callerOf(request), sensor_id, gone)
      const sensorIds = sensors.map(({ sensorId }) => sensorId)
      // Before the first reading is sent.
      await note(byOf(request), { action: 'export.read', details: { from, to, format, sensor_ids: sensorIds } })
      const chunks = stored.scan({ sensorIds, ...range, signal: gone })
      const pieces = formats[format].pieces(chunks, new Map(sensors.map((sensor) => [sensor.sensorId, sensor])))
      reply
        .type(formats[format].type)
        .header('content-disposition', `attachment; filename="${fileName(sensors, range, format)}"`)
      // One piece at a time: the next is read once the client has taken this one.
      return reply.send(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }) as never)
    },
  )
}

/** Names of sensors stay out of it: a header is ASCII, and a name may be anything. */
function fileName(sensors: readonly PastSensor[], { fromMs, toMs }: Range, format: string): string {
  const [first] = sensors
  const of = sensors.length === 1 ? `sensor-${first?.sensorId}` : `${sensors.length}-sensors`
  const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replaceAll(':', '')
  return `plenum-${of}-${stamp(fromMs)}Z-${stamp(toMs)}Z.${format}`
}
