import { createHash, randomBytes } from 'node:crypto'
import {
  type ApiKey,
  type ApiKeyInput,
  type GatewayKey,
  type GatewayKeyInput,
  type KeyAction,
  keyDays,
  type KeyRotation,
  type NewApiKey,
  type NewGatewayKey,
  overlapHours,
  type Role,
} from '@plenum/contract'
import { LRUCache } from 'lru-cache'
import type { By } from '#audit'
import { type LastUses, type PlenumError, sqlState } from '#platform'
import { byKey, can, type Person, type Principal, type Scope } from './access.ts'
import { authErrors } from './errors.ts'
import type { GatewayOwner, KeyOwner, KeySecret, KeyStore, NewKey } from './key-store.ts'
import { onGatewaysWire, onWire } from './key-wire.ts'

export type Keys = ReturnType<typeof createKeys>

/** Finders of leaked secrets know a key by its prefix. */
const prefix = 'plenum_'
/** Far above what a gateway sends: a day's backlog of 4,000 sensors, a reading a minute each, flushes in a minute. */
const defaultReadingsPerMinute = 6_000_000
/** How long another instance may still take a key that was revoked here, or give it the rights it had. */
const rememberMs = 1_000
const dayMs = 86_400_000

type FoundRow = NonNullable<Awaited<ReturnType<KeyStore['find']>>>
/** Where a key is a person's, the person is there. */
type PersonRow = { [Column in keyof FoundRow]: NonNullable<FoundRow[Column]> }

interface FoundKey {
  /** null: there is no such key. */
  principal: Principal | null
  expiresAtMs: number
}

interface KeysContext {
  store: KeyStore
  /** Where a person's role holds. */
  scopeOf: (personId: string, role: Role) => Promise<Scope>
  lastUses: LastUses<number>
}

const unnamed = 'API key'
const quotaOf = (input: { readings_per_minute?: number }): number =>
  input.readings_per_minute ?? defaultReadingsPerMinute
const afterDays = (days: number): Date => new Date(Date.now() + days * dayMs)

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest()

function newSecret(): KeySecret & { key: string } {
  const key = prefix + randomBytes(32).toString('base64url')
  return { key, start: key.slice(0, prefix.length + 5), hash: hashOf(key) }
}

/** API keys: 256 random bits, shown once, kept as a hash. */
export function createKeys({ store, scopeOf, lastUses }: KeysContext) {
  // Keyed by the hash, so that no key stands in memory longer than its request.
  const remembered = new LRUCache<string, FoundKey>({ max: 10_000, ttl: rememberMs })
  let generation = 0

  const find = async (hash: Buffer): Promise<FoundKey> => {
    const row = await store.find(hash)
    if (!row) return { principal: null, expiresAtMs: Infinity }
    return { principal: await principalOf(row), expiresAtMs: row.expires_at?.getTime() ?? Infinity }
  }
  const principalOf = async (row: FoundRow): Promise<Principal | null> => {
    const key = { keyId: row.id, readingsPerMinute: row.readings_per_minute, actions: null }
    if (row.gateway_id !== null && row.building_id !== null && row.gateway_name !== null)
      return { kind: 'gateway', gatewayId: row.gateway_id, name: row.gateway_name, buildingId: row.building_id, key }
    // Of a gateway that is just being deleted.
    if (row.user_id === null) return null
    const { user_id: userId, email, person_name: name, sees_presence: seesPresence } = row as PersonRow
    const role = row.role as Role
    const person = {
      kind: 'user',
      userId,
      email,
      name,
      role,
      seesPresence,
      scope: await scopeOf(userId, role),
    } as const
    return byKey(person, { ...key, actions: row.actions as KeyAction[] | null, buildingIds: row.building_ids })
  }
  /** @throws gateway_of_key_not_found */
  const gatewayThere = async (owner: KeyOwner): Promise<void> => {
    if ('gatewayId' in owner && !(await store.gatewayExists(owner))) throw authErrors.gateway_of_key_not_found()
  }
  const forget = (): void => {
    generation++
    remembered.clear()
  }
  /** @param ownerGone what to say where nobody is there to own it */
  const add = async (owner: KeyOwner, row: Omit<NewKey, keyof KeySecret>, by: By, ownerGone: () => PlenumError) => {
    const { key, ...secret } = newSecret()
    try {
      return { made: await store.add(owner, { ...row, ...secret }, by), key }
    } catch (error) {
      // foreign_key_violation: the gateway or the person was deleted meanwhile; check_violation: there is no owner.
      throw /^235(03|14)$/.test(sqlState(error)) ? ownerGone() : error
    }
  }

  return {
    /** @throws api_key_invalid */
    async identify(key: string): Promise<Principal> {
      if (!key.startsWith(prefix)) throw authErrors.api_key_invalid()
      const hash = hashOf(key)
      const hex = hash.toString('hex')
      let found = remembered.get(hex)
      if (!found) {
        const asOf = generation
        found = await find(hash)
        // A key that was revoked while the query ran must not be remembered as it was.
        if (asOf === generation) remembered.set(hex, found)
      }
      if (!found.principal || found.expiresAtMs <= Date.now()) throw authErrors.api_key_invalid()
      if (found.principal.key) lastUses.note(found.principal.key.keyId)
      return found.principal
    },

    /** @throws key_action_not_yours, key_building_not_found */
    async createForPerson(person: Person, input: ApiKeyInput, by: By): Promise<NewApiKey> {
      const { name = unnamed, expires_in_days = keyDays.byDefault, actions = null, building_ids: buildingIds } = input
      const beyond = actions?.find((action) => !can(person, action))
      if (beyond !== undefined) throw authErrors.key_action_not_yours(`You may not ${beyond} yourself.`)
      if (buildingIds && !(await store.buildingsExist(person.scope, buildingIds)))
        throw authErrors.key_building_not_found()
      const owner = { userId: person.userId }
      const limits = { actions, buildingIds: buildingIds ?? null }
      const row = { name, readingsPerMinute: quotaOf(input), expiresAt: afterDays(expires_in_days), ...limits }
      const { made, key } = await add(owner, row, by, authErrors.not_signed_in)
      return { ...onWire(made), key }
    },

    /** The answer holds the key; nothing else ever will. @throws gateway_of_key_not_found */
    async createForGateway(owner: GatewayOwner, input: GatewayKeyInput, by: By): Promise<NewGatewayKey> {
      const { name = unnamed, expires_in_days: days } = input
      const row = { name, readingsPerMinute: quotaOf(input), expiresAt: days === undefined ? null : afterDays(days) }
      const { made, key } = await add(owner, row, by, authErrors.gateway_of_key_not_found)
      return { ...onGatewaysWire(made), key }
    },

    /**
     * A new key in place of one that goes on for the overlap, never beyond its own end; the answer holds the new one.
     * @throws gateway_of_key_not_found, api_key_not_found, api_key_expired, api_key_replaced
     */
    async rotate(owner: GatewayOwner, id: number, { overlap_hours }: KeyRotation, by: By): Promise<NewGatewayKey> {
      const { key, ...secret } = newSecret()
      const row = await store.rotate(owner, id, secret, overlap_hours ?? overlapHours.byDefault, by)
      if (row === 'none') {
        await gatewayThere(owner)
        throw authErrors.api_key_not_found()
      }
      if (row === 'expired') throw authErrors.api_key_expired('Make a new one.')
      if (row === 'replaced') throw authErrors.api_key_replaced('Rotate the key that replaces it.')
      forget()
      return { ...onGatewaysWire(row), key }
    },

    async ofPerson(userId: string): Promise<ApiKey[]> {
      await lastUses.flush()
      return (await store.list({ userId })).map(onWire)
    },

    /** @throws gateway_of_key_not_found */
    async ofGateway(owner: GatewayOwner): Promise<GatewayKey[]> {
      await gatewayThere(owner)
      await lastUses.flush()
      return (await store.list(owner)).map(onGatewaysWire)
    },

    /** Takes effect here at once, on other instances within a second. @throws gateway_of_key_not_found, api_key_not_found */
    async revoke(owner: KeyOwner, id: number, by: By): Promise<void> {
      if (!(await store.delete(owner, id, by))) {
        await gatewayThere(owner)
        throw authErrors.api_key_not_found()
      }
      forget()
    },

    /** After a gateway or a person is gone, so are their keys. */
    forget,
  }
}
