import { isDeepStrictEqual } from 'node:util'
import { type KeyAction, keyActions, presenceTypes, type Role, type SensorType } from '@plenum/contract'

/** Who asks. */
export type Principal = Person | GatewayPrincipal

export interface Person {
  kind: 'user'
  userId: string
  email: string
  name: string
  role: Role
  scope: Scope
  /** Whether single sensors of motion and occupancy are shown. */
  seesPresence: boolean
  key: KeyInUse | null
}

export interface GatewayPrincipal {
  kind: 'gateway'
  gatewayId: number
  name: string
  buildingId: number
  key: KeyInUse
}

/** The API key that a request came with, and its quota. */
export interface KeyInUse {
  keyId: number
  readingsPerMinute: number
  /** What it is for; null: whatever its owner may. */
  actions: readonly KeyAction[] | null
}

/** What a key of a person was made for, when it was made; null: no limit but the person's own. */
export interface KeyLimits {
  actions: readonly KeyAction[] | null
  buildingIds: readonly number[] | null
}

/** Where a person's role holds; null: everywhere. */
export type Scope = null | {
  /** Whole buildings. */
  buildingIds: readonly number[]
  /** Single floors of other buildings. */
  floors: readonly { floorId: number; buildingId: number }[]
}

/** Where a thing stands. The building itself has no floor; one that belongs to all of it, as a gateway does, has null. */
export interface Where {
  buildingId: number
  floorId?: number | null
}

/**
 * What a route does, declared by every route:
 * `anonymous` needs nobody; `read` sees; `ingest` writes readings; `commission` changes sensors; `configure` changes
 * the rest of a building and keys of its gateways; `administer` is about people and all buildings at once; `account` is
 * a person's own session, profile and keys.
 */
export type Action = 'anonymous' | 'read' | 'ingest' | 'commission' | 'configure' | 'administer' | 'account'

const rights: Record<Role, ReadonlySet<Action>> = {
  administrator: new Set(['read', 'ingest', 'commission', 'configure', 'administer', 'account']),
  manager: new Set(['read', 'ingest', 'commission', 'configure', 'account']),
  technician: new Set(['read', 'commission', 'account']),
  viewer: new Set(['read', 'account']),
}

/**
 * The one place that decides. Pure.
 * @param where left out: whether there may be anything that the principal can do this to
 */
export function can(principal: Principal | null, action: Action, where?: Where): boolean {
  if (action === 'anonymous') return true
  switch (principal?.kind) {
    case 'user':
      if (!isFor(principal.key, action) || !rights[principal.role].has(action)) return false
      return where === undefined || reaches(principal.scope, where, action)
    case 'gateway':
      return action === 'ingest' && (where === undefined || where.buildingId === principal.buildingId)
    default:
      return false
  }
}

function isFor(key: KeyInUse | null, action: Action): boolean {
  if (key === null) return true
  // A key must not be able to make more keys: whoever finds one would outlive its revocation.
  if (action === 'anonymous' || action === 'account') return false
  return key.actions === null || key.actions.includes(action)
}

/**
 * The person as their key lets them act: what the key is for, of what the person may at this moment. Pure.
 * @param key the person's own
 */
export function byKey(
  person: Omit<Person, 'key'>,
  { actions, buildingIds, ...key }: KeyLimits & Pick<KeyInUse, 'keyId' | 'readingsPerMinute'>,
): Person {
  if (buildingIds === null) return { ...person, key: { ...key, actions } }
  // What is about all buildings at once, or about people, is within none.
  const within = (actions ?? keyActions).filter((action) => action !== 'administer')
  return { ...person, scope: narrowed(person.scope, buildingIds), key: { ...key, actions: within } }
}

function narrowed(scope: Scope, to: readonly number[]): Scope {
  if (scope === null) return { buildingIds: to, floors: [] }
  return {
    buildingIds: scope.buildingIds.filter((id) => to.includes(id)),
    floors: scope.floors.filter(({ buildingId }) => to.includes(buildingId)),
  }
}

/** Whoever sees a floor sees which building it is in, and nothing else of that building. */
function reaches(scope: Scope, { buildingId, floorId }: Where, action: Action): boolean {
  if (scope === null || scope.buildingIds.includes(buildingId)) return true
  if (floorId === undefined) return action === 'read' && scope.floors.some((floor) => floor.buildingId === buildingId)
  return scope.floors.some((floor) => floor.floorId === floorId)
}

export const seesPresence = (principal: Principal | null): boolean =>
  principal?.kind === 'user' && principal.seesPresence

/** Whether readings of single sensors of a kind are shown to those with the permission for presence, or without. */
export const showsKind = (sensorType: SensorType, withPresence: boolean): boolean =>
  withPresence || !presenceTypes.includes(sensorType)

/**
 * Whether a principal is shown what a sensor reads; that there is such a sensor, `can` tells. Pure.
 * @param where left out: it is in scope, as was looked at already
 */
export const sees = (principal: Principal | null, sensorType: SensorType, where?: Where): boolean =>
  can(principal, 'read', where) && showsKind(sensorType, seesPresence(principal))

/** Floors of a building that a scope holds for, in order of id; null: all of them. */
export function floorsWithin(scope: Scope, buildingId: number): readonly number[] | null {
  if (scope === null || scope.buildingIds.includes(buildingId)) return null
  const ids = scope.floors.filter((floor) => floor.buildingId === buildingId).map(({ floorId }) => floorId)
  return [...new Set(ids)].sort((a, b) => a - b)
}

/** Whether two answers to who somebody is let them do and see the same. Pure. */
export const hasSameRights = (a: Person, b: Person): boolean =>
  a.userId === b.userId &&
  a.role === b.role &&
  a.seesPresence === b.seesPresence &&
  isDeepStrictEqual([a.scope, a.key], [b.scope, b.key])

/** What a principal may see; gateways see nothing. */
export const scopeOf = (principal: Principal): Scope =>
  principal.kind === 'user' ? principal.scope : { buildingIds: [], floors: [] }
