import { SystemHistory, SystemHistoryQuery, SystemState } from '@plenum/contract'
import type { App } from '#platform'

const config = { access: 'administer' } as const
const tags = ['System']

export interface SystemRoutesContext {
  state(): Promise<SystemState>
  history(hours: number): Promise<SystemHistory>
}

export function systemRoutes(app: App, { state, history }: SystemRoutesContext): void {
  app.get(
    '/api/system',
    {
      config,
      schema: {
        summary: 'How the installation runs now: processes, jobs, database, Redis, disk',
        description:
          'Each part is there, or `problem` says why it is not. It is looked at once in some seconds, however many ask.',
        tags,
        response: { 200: SystemState },
      },
    },
    () => state(),
  )
  app.get(
    '/api/system/history',
    {
      config,
      schema: {
        summary: 'The last hours as columns',
        description: 'Kept 48 hours, a minute at a time. What was not sampled is null.',
        tags,
        querystring: SystemHistoryQuery,
        response: { 200: SystemHistory },
      },
    },
    ({ query: { hours = 6 } }) => history(hours),
  )
}
