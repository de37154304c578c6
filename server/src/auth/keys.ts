import { createHash, randomBytes } from 'node:crypto'
import type { ApiKey, ApiKeyInput, NewApiKey, Role } from '@plenum/contract'
import { LRUCache } from 'lru-cache'
import type { By } from '#audit'
import { type Log, sqlState } from '#platform'
import type { Principal } from './access.ts'
import { authErrors } from './errors.ts'
import type { AuthStore, KeyOwner, KeyRow } from './store.ts'

export type Keys = ReturnType<typeof createKeys>

/** Finders of leaked secrets know a key by its prefix. */
const prefix = 'plenum_'
/** Far above what a gateway sends: a day's backlog of 4,000 sensors, a reading a minute each, flushes in a minute. */
const defaultReadingsPerMinute = 6_000_000
/** How long another instance may still take a key that was revoked here, or give it the rights it had. */
const rememberMs = 1_000
const dayMs = 86_400_000

type FoundRow = NonNullable<Awaited<ReturnType<AuthStore['findKey']>>>
/** Where a key is a person's, the person is there. */
type PersonRow = { [Column in keyof FoundRow]: NonNullable<FoundRow[Column]> }

interface FoundKey {
  /** null: there is no such key. */
  principal: Principal | null
  expiresAtMs: number
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** API keys: 256 random bits, shown once, kept as a hash. */
export function createKeys({ store, log }: { store: AuthStore; log: Log }) {
  // Keyed by the hash, so that no key stands in memory longer than its request.
  const remembered = new LRUCache<string, FoundKey>({ max: 10_000, ttl: rememberMs })
  let generation = 0

  const find = async (hash: Buffer): Promise<FoundKey> => {
    const row = await store.findKey(hash)
    if (!row) return { principal: null, expiresAtMs: Infinity }
    store.touchKey(row.id).catch((error) => log.warn({ err: error }, 'last use of a key not noted'))
    return { principal: await principalOf(row), expiresAtMs: row.expires_at?.getTime() ?? Infinity }
  }
  const principalOf = async (row: FoundRow): Promise<Principal | null> => {
    const key = { keyId: row.id, readingsPerMinute: row.readings_per_minute }
    if (row.gateway_id !== null && row.building_id !== null && row.gateway_name !== null)
      return { kind: 'gateway', gatewayId: row.gateway_id, name: row.gateway_name, buildingId: row.building_id, key }
    // Of a gateway that is just being deleted.
    if (row.user_id === null) return null
    const { user_id: userId, email, person_name: name, sees_presence: seesPresence } = row as PersonRow
    const role = row.role as Role
    return { kind: 'user', userId, email, name, role, seesPresence, scope: await store.scope(userId, role), key }
  }
  /** @throws gateway_of_key_not_found */
  const gatewayThere = async (owner: KeyOwner): Promise<void> => {
    if ('gatewayId' in owner && !(await store.gatewayExists(owner))) throw authErrors.gateway_of_key_not_found()
  }
  const forget = (): void => {
    generation++
    remembered.clear()
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
      return found.principal
    },

    /** The answer holds the key; nothing else ever will. */
    async create(owner: KeyOwner, input: ApiKeyInput, by: By): Promise<NewApiKey> {
      const key = prefix + randomBytes(32).toString('base64url')
      const { name = 'API key', expires_in_days: days, readings_per_minute } = input
      const row = {
        name,
        start: key.slice(0, prefix.length + 5),
        hash: hashOf(key),
        readingsPerMinute: readings_per_minute ?? defaultReadingsPerMinute,
        expiresAt: days === undefined ? null : new Date(Date.now() + days * dayMs),
      }
      try {
        return { ...onWire(await store.addKey(owner, row, by)), key }
      } catch (error) {
        // foreign_key_violation: the gateway or the person was deleted meanwhile; check_violation: there is no owner.
        if (!/^235(03|14)$/.test(sqlState(error))) throw error
        throw 'gatewayId' in owner ? authErrors.gateway_of_key_not_found() : authErrors.not_signed_in()
      }
    },

    /** @throws gateway_of_key_not_found */
    async list(owner: KeyOwner): Promise<ApiKey[]> {
      await gatewayThere(owner)
      return (await store.listKeys(owner)).map(onWire)
    },

    /** Takes effect here at once, on other instances within a second. @throws gateway_of_key_not_found, api_key_not_found */
    async revoke(owner: KeyOwner, id: number, by: By): Promise<void> {
      if (!(await store.deleteKey(owner, id, by))) {
        await gatewayThere(owner)
        throw authErrors.api_key_not_found()
      }
      forget()
    },

    /** After a gateway or a person is gone, so are their keys. */
    forget,
  }
}

const onWire = (row: KeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  start: row.start,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at?.toISOString() ?? null,
  last_used_at: row.last_used_at?.toISOString() ?? null,
  readings_per_minute: row.readings_per_minute,
})
