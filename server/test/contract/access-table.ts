import type { Action } from '#auth'

/** What each operation does (S1). A route that is not here fails the suite. */
const table = `
anonymous   GET     /healthz
anonymous   GET     /readyz
anonymous   GET     /metrics
anonymous   GET     /assets/*
anonymous   GET     /*
anonymous   POST    /api/auth/sign-in/email
anonymous   POST    /api/auth/sign-out
anonymous   GET     /api/auth/get-session
anonymous   GET     /api/auth/ways
anonymous   POST    /api/auth/single-sign-on
anonymous   POST    /api/auth/single-sign-on/finish
anonymous   POST    /api/auth/two-factor/verify
account     GET     /api/auth/two-factor
account     POST    /api/auth/two-factor/setup
account     POST    /api/auth/two-factor/enable
account     POST    /api/auth/two-factor/disable
account     POST    /api/auth/two-factor/recovery-codes
read        GET     /api/openapi.json
read        GET     /api/docs
read        GET     /api/docs/
read        GET     /api/docs/static/index.html
read        GET     /api/docs/static/swagger-initializer.js
read        GET     /api/docs/static/*
read        GET     /api/docs/json
read        GET     /api/docs/yaml
account     GET     /api/auth/sessions
account     DELETE  /api/auth/sessions
account     DELETE  /api/auth/sessions/{id}
administer  GET     /api/users
administer  GET     /api/users/{id}
administer  PATCH   /api/users/{id}
administer  POST    /api/users/{id}/password-reset
administer  DELETE  /api/users/{id}/two-factor
administer  DELETE  /api/users/{id}/single-sign-on
administer  GET     /api/invitations
administer  POST    /api/invitations
administer  DELETE  /api/invitations/{id}
administer  POST    /api/invitations/{id}/reissue
anonymous   GET     /api/invitation-links/{token}
anonymous   POST    /api/invitation-links/{token}/accept
anonymous   GET     /api/password-resets/{token}
anonymous   POST    /api/password-resets/{token}
account     GET     /api/profile
account     PATCH   /api/profile
account     POST    /api/profile/password
account     GET     /api/keys
account     POST    /api/keys
account     DELETE  /api/keys/{id}
configure   GET     /api/gateways/{id}/keys
configure   POST    /api/gateways/{id}/keys
configure   POST    /api/gateways/{id}/keys/{key_id}/rotate
configure   DELETE  /api/gateways/{id}/keys/{key_id}
ingest      POST    /api/sensors/data
ingest      POST    /api/import/readings
read        GET     /api/sensor-types
configure   POST    /api/import/sensors
read        GET     /api/buildings
read        GET     /api/buildings/{id}
administer  POST    /api/buildings
configure   PATCH   /api/buildings/{id}
administer  DELETE  /api/buildings/{id}
read        GET     /api/floors
read        GET     /api/floors/{id}
configure   POST    /api/floors
configure   PATCH   /api/floors/{id}
configure   DELETE  /api/floors/{id}
read        GET     /api/zones
read        GET     /api/zones/{id}
configure   POST    /api/zones
configure   PATCH   /api/zones/{id}
configure   DELETE  /api/zones/{id}
read        GET     /api/sensors
read        GET     /api/sensors/{id}
commission  POST    /api/sensors
commission  PATCH   /api/sensors/{id}
configure   DELETE  /api/sensors/{id}
read        GET     /api/gateways
read        GET     /api/gateways/{id}
configure   POST    /api/gateways
configure   PATCH   /api/gateways/{id}
configure   DELETE  /api/gateways/{id}
read        GET     /api/dashboard/floor/{floor_id}
read        GET     /api/dashboard/floor/{floor_id}/sparklines
read        GET     /api/dashboard/building/{building_id}
read        GET     /api/dashboard/buildings
read        GET     /api/live/buildings
read        GET     /api/live/floor/{id}
read        GET     /api/live/building/{id}
read        GET     /api/dashboard/floor/{floor_id}/history
read        GET     /api/sensors/{id}/history
read        GET     /api/sensors/{id}/series
read        GET     /api/sensors/{id}/meter-replacements
commission  POST    /api/sensors/{id}/meter-replacements
commission  POST    /api/sensors/{id}/meter-replacements/{replacement_id}/withdraw
read        GET     /api/export
read        GET     /api/retention
administer  PUT     /api/retention/{sensor_type}
administer  DELETE  /api/retention/{sensor_type}
administer  POST    /api/retention/dry-run
administer  GET     /api/retention/log
administer  GET     /api/audit
administer  GET     /api/audit/export
administer  GET     /api/system
administer  GET     /api/system/history
`

/** By `METHOD /path`, with parameters as the OpenAPI document writes them. */
export const accessOf: ReadonlyMap<string, Action> = new Map(
  table
    .trim()
    .split('\n')
    .map((row) => row.split(/\s+/) as [Action, string, string])
    .map(([access, method, path]) => [`${method} ${path}`, access]),
)

/** Who asks in these tests; see access-scene.ts. */
export const everybody = [
  'nobody',
  'administrator',
  'manager',
  'technician',
  'viewer',
  'tenant',
  'elsewhere',
  "the manager's key",
  'a gateway',
  'a gateway elsewhere',
  'somebody disabled',
  "somebody disabled's key",
] as const
export type Who = (typeof everybody)[number]

const readers: readonly Who[] = [
  'administrator',
  'manager',
  'technician',
  'viewer',
  'tenant',
  'elsewhere',
  "the manager's key",
]
/** Written down apart from the function that decides, so that one holds the other. */
export const mayDo: Record<Action, readonly Who[]> = {
  anonymous: everybody,
  read: readers,
  ingest: ['administrator', 'manager', 'elsewhere', "the manager's key", 'a gateway', 'a gateway elsewhere'],
  commission: ['administrator', 'manager', 'technician', 'elsewhere', "the manager's key"],
  configure: ['administrator', 'manager', 'elsewhere', "the manager's key"],
  administer: ['administrator'],
  account: readers.filter((who) => who !== "the manager's key"),
}
/** Who is not known at all is answered 401, who is known and may not, 403. */
export const unknown: readonly Who[] = ['nobody', 'somebody disabled', "somebody disabled's key"]
