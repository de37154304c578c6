import { type ApiKey, type GatewayKey, type KeyAction, keyExpiringDays, type KeyStatus } from '@plenum/contract'
import type { KeyRow } from './key-store.ts'

const dayMs = 86_400_000

function statusOf(expiresAt: Date | null): KeyStatus {
  if (expiresAt === null) return 'active'
  const leftMs = expiresAt.getTime() - Date.now()
  if (leftMs <= 0) return 'expired'
  return leftMs <= keyExpiringDays * dayMs ? 'expiring' : 'active'
}

/** A key as it is listed: never the key itself. */
const listed = (row: KeyRow) => ({
  id: row.id,
  name: row.name,
  start: row.start,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at?.toISOString() ?? null,
  status: statusOf(row.expires_at),
  last_used_at: row.last_used_at?.toISOString() ?? null,
  readings_per_minute: row.readings_per_minute,
})

export const onWire = (row: KeyRow): ApiKey => ({
  ...listed(row),
  actions: row.actions as KeyAction[] | null,
  building_ids: row.building_ids,
})

export const onGatewaysWire = (row: KeyRow): GatewayKey => ({
  ...listed(row),
  replaces: row.replaces_id,
  replaced_by: row.replaced_by,
})
