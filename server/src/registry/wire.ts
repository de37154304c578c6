import type { Building, Floor, Gateway, Sensor, SensorType, Zone } from '@plenum/contract'
import type { Row } from './store.ts'

/** Rows as the API answers them. */

const stamps = (row: { id: number; created_at: Date; updated_at: Date }) => ({
  id: row.id,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
})

export const toBuilding = (row: Row<'building'>): Building => ({
  ...stamps(row),
  name: row.name,
  timezone: row.timezone,
  address: row.address,
  area_m2: row.area_m2,
  locale: row.locale,
})

export const toFloor = (row: Row<'floor'>): Floor => ({
  ...stamps(row),
  building_id: row.building_id,
  name: row.name,
  level: row.level,
  area_m2: row.area_m2,
  plan: row.plan,
})

export const toZone = (row: Row<'zone'>): Zone => ({
  ...stamps(row),
  floor_id: row.floor_id,
  name: row.name,
  kind: row.kind,
  outline: row.outline as Zone['outline'],
})

export const toSensor = (row: Row<'sensor'>): Sensor => ({
  ...stamps(row),
  floor_id: row.floor_id,
  building_id: row.building_id,
  sensor_key: row.sensor_key,
  name: row.name,
  sensor_type: row.sensor_type as SensorType,
  unit: row.unit,
  zone_id: row.zone_id,
  gateway_id: row.gateway_id,
  position: row.x === null || row.y === null ? null : { x: row.x, y: row.y },
  interval_s: row.interval_s,
  status: row.status as Sensor['status'],
  rollover_value: row.rollover_value,
})

export const toGateway = (row: Row<'gateway'>): Gateway => ({
  ...stamps(row),
  building_id: row.building_id,
  name: row.name,
  last_seen_at: row.last_seen_at?.toISOString() ?? null,
})
