import { Closed, Id } from '@plenum/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { callerOf } from '#auth'
import type { Dashboard, Seen } from '#dashboard'
import type { App } from '#platform'

interface LiveRoutesContext {
  open(
    kind: string,
    see: (request: FastifyRequest) => Promise<Seen>,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  dashboard: Pick<Dashboard, 'floor' | 'building' | 'buildings'>
}

const Params = Closed({ id: Id })

const everyStream = `Comes as server-sent events. At most one event a second; a comment line every 15 seconds. With the \
\`Last-Event-ID\` of an event that is still remembered the stream goes on after it, else it begins with a snapshot. It ends \
when the session or the key ends, when what its owner may see changes, and when its reader is too slow: connect again.`

const responseOf = (event: string) => ({
  200: {
    description: `Events: \`snapshot\`, ${event}`,
    content: { 'text/event-stream': { schema: Type.String() } },
  },
})

export function liveRoutes(app: App, { open, dashboard }: LiveRoutesContext): void {
  const config = { access: 'read', problems: [429] } as const
  const tags = ['Dashboard']
  // Asking for the head alone would wait for ever.
  const exposeHeadRoute = false
  app.get(
    '/api/live/floor/:id',
    {
      exposeHeadRoute,
      config,
      schema: {
        summary: 'A floor as it changes',
        description: `${everyStream}

- \`snapshot\`: the body of \`GET /api/dashboard/floor/{floor_id}\`; again whenever more has changed than readings
- \`readings\`: a list of \`{ sensor_id, latest_value, latest_timestamp, status, quality }\` of the sensors that changed, each in place of what was told before`,
        tags,
        params: Params,
        response: responseOf('`readings`'),
      },
    },
    open('floor', (request) => dashboard.floor(callerOf(request), (request.params as { id: number }).id)),
  )
  app.get(
    '/api/live/building/:id',
    {
      exposeHeadRoute,
      config,
      schema: {
        summary: 'A building as it changes, summed up by floor',
        description: `${everyStream}

- \`snapshot\`: the body of \`GET /api/dashboard/building/{building_id}\`; again whenever floors have come or gone
- \`floors\`: a list of those of its \`floors\` that changed, each whole, in place of what was told before`,
        tags,
        params: Params,
        response: responseOf('`floors`'),
      },
    },
    open('building', (request) => dashboard.building(callerOf(request), (request.params as { id: number }).id)),
  )
  app.get(
    '/api/live/buildings',
    {
      exposeHeadRoute,
      config,
      schema: {
        summary: 'All buildings as they change, each summed up',
        description: `One stream for all that whoever asks sees: browsers allow few connections to one server. ${everyStream}

- \`snapshot\`: the body of \`GET /api/dashboard/buildings\`; again whenever buildings have come or gone
- \`buildings\`: a list of those of its \`buildings\` that changed, each whole, in place of what was told before`,
        tags,
        response: responseOf('`buildings`'),
      },
    },
    open('buildings', (request) => dashboard.buildings(callerOf(request))),
  )
}
