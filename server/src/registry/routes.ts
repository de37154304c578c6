import { Closed, ImportSummary, SensorKindRow, sensorKinds } from '@plenum/contract'
import { Type } from 'typebox'
import { byOf, callerOf, can, scopeOf } from '#auth'
import type { App } from '#platform'
import { readCsvText } from './csv-text.ts'
import { addResource, type Resource } from './resource.ts'
import { type ImportContext, importSensors } from './sensor-import.ts'

const importBytes = 20 * 1024 * 1024
const tags = ['Registry']

export interface RegistryRoutesContext {
  resources: Resource[]
  imports: ImportContext
  /** Anything may be another now. */
  changed(): void
}

export function registryRoutes(app: App, { resources, imports, changed }: RegistryRoutesContext): void {
  for (const resource of resources) addResource(app, resource)

  const kinds = Object.entries(sensorKinds).map(([sensor_type, kind]) => ({ sensor_type, ...kind }))
  app.get(
    '/api/sensor-types',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Kinds of sensors: unit, plausible range, and whether gauge, counter or state',
        tags,
        response: { 200: Type.Object({ items: Type.Array(SensorKindRow) }) },
      },
    },
    async () => ({ items: kinds as never }),
  )

  // In its own scope, so that no other route takes text/csv for a body.
  app.register(async (scope) => {
    scope.addContentTypeParser(
      'text/csv',
      { parseAs: 'buffer', bodyLimit: importBytes },
      async (_request: unknown, body: string | Buffer) => readCsvText(body as Buffer),
    )
    scope.post(
      '/api/import/sensors',
      {
        config: { access: 'configure', problems: [409, 422] },
        bodyLimit: importBytes,
        schema: {
          summary: 'Import sensors from CSV, all or nothing',
          description:
            'Columns: building, floor, level, zone, sensor_key, name, sensor_type, unit, x, y, and optionally timezone for a new building. A column that is left out changes nothing of sensors that exist. Errors name their line. Managers bring in what belongs to their buildings; only administrators add buildings.',
          tags,
          consumes: ['text/csv'],
          querystring: Closed({ dry_run: Type.Optional(Type.Boolean({ default: false })) }),
          body: Type.String(),
          response: { 200: ImportSummary },
        },
      },
      async (request) => {
        const { dry_run = false } = request.query as { dry_run?: boolean }
        const caller = callerOf(request)
        const rights = { scope: scopeOf(caller), addsBuildings: can(caller, 'administer'), by: byOf(request) }
        const summary = await importSensors(imports, rights, request.body as string, dry_run)
        if (!dry_run) changed()
        return summary
      },
    )
  })
}
