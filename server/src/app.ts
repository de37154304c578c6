import { answerAtOnce, type App, createHttp, type HttpSettings } from '#platform'
import type { Logger } from 'pino'
import { byOf } from '#auth'
import { publishOpenapi } from './openapi.ts'
import { operationRoutes } from './operations.ts'
import type { Services } from './services.ts'
import { webFileRoutes } from './web-files.ts'

export interface AppSettings extends HttpSettings {
  log: Logger
  metricsToken: string | null
  /** Folder of the built web application; null: none is served. */
  webDir: string | null
}

/** The whole HTTP face. Never listens. */
export async function buildApp(services: Services, settings: AppSettings): Promise<App> {
  const app = createHttp(settings.log, settings)
  services.metrics.watchRequests(app)
  services.auth.guard(app)
  await publishOpenapi(app, services.auth.sessionCookieName)
  operationRoutes(app, services, settings.metricsToken)
  services.auth.routes(app)
  services.people.routes(app)
  services.audit.routes(app, byOf)
  services.registry.routes(app)
  services.readings.routes(app)
  services.history.routes(app)
  services.dashboard.routes(app)
  services.live.routes(app)
  services.system.routes(app)
  if (settings.webDir !== null) await webFileRoutes(app, settings.webDir)
  const find = services.dashboard.floorAtOnce(services.auth.readerAtOnce)
  answerAtOnce(app, { ...settings, metrics: services.metrics, find })
  return app
}

/** What a worker answers: how it is. */
export function buildWorkerApp(services: Services, settings: Omit<AppSettings, 'webDir'>): App {
  const app = createHttp(settings.log, settings)
  services.metrics.watchRequests(app)
  services.auth.guard(app)
  operationRoutes(app, services, settings.metricsToken)
  return app
}
