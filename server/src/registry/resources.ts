import * as contract from '@plenum/contract'
import { Type } from 'typebox'
import { isDatabaseUnavailable, type PlenumError } from '#platform'
import { explainDeletion, explainWrite, type Things } from './constraints.ts'
import { registryErrors } from './errors.ts'
import type { RegistryEffects } from './effects.ts'
import type { Resource } from './resource.ts'
import { changeOf } from './change.ts'
import type { RegistryStore, Row } from './store.ts'
import type { ToldWrites } from './told-writes.ts'
import { toBuilding, toFloor, toGateway, toSensor, toZone } from './wire.ts'

const configuring = { create: 'configure', patch: 'configure', remove: 'configure' } as const

/** The five things of the registry, each what a `Resource` needs to know of it. */
export function describeResources(store: RegistryStore, writes: ToldWrites, effects: RegistryEffects): Resource[] {
  /** Whether a write that was cut off was committed nobody knows. */
  const noteFailed = (error: unknown): void => {
    if (isDatabaseUnavailable(error)) effects.changed(null)
  }
  const created = async <T extends Things>(table: T, write: Promise<Row<T>>): Promise<Row<T>> => {
    try {
      const row = await write
      effects.changed(changeOf(table, undefined, row))
      return row
    } catch (error) {
      noteFailed(error)
      throw explainWrite(error, table)
    }
  }
  const patched = async <T extends Things>(
    table: T,
    write: ReturnType<typeof writes.patch<T>>,
    missing: () => PlenumError,
  ): Promise<Row<T>> => {
    try {
      const { found, row } = existing(await write, missing)
      effects.changed(changeOf(table, found, row))
      return row
    } catch (error) {
      noteFailed(error)
      throw explainWrite(error, table)
    }
  }
  const existing = <T>(row: T | undefined, missing: () => PlenumError): T => {
    if (row === undefined) throw missing()
    return row
  }
  const removed = async <T extends Things>(
    table: T,
    removal: Promise<Row<T> | undefined>,
    missing: () => PlenumError,
    children: string,
  ): Promise<void> => {
    try {
      effects.changed(changeOf(table, existing(await removal, missing), undefined))
    } catch (error) {
      noteFailed(error)
      throw explainDeletion(error, children)
    }
  }
  const knownZone = async (timezone: string | undefined): Promise<void> => {
    if (timezone === undefined || (await store.knowsTimeZone(timezone))) return
    const detail = 'must be an IANA time zone that the database knows too'
    throw registryErrors.timezone_unknown({ detail: `timezone ${detail}.`, errors: [{ path: 'timezone', detail }] })
  }
  const { building_not_found, floor_not_found, zone_not_found, sensor_not_found, gateway_not_found } = registryErrors

  const buildings: Resource = {
    path: '/api/buildings',
    names: ['building', 'buildings'],
    access: { create: 'administer', patch: 'configure', remove: 'administer' },
    schemas: {
      item: contract.Building,
      input: contract.BuildingInput,
      patch: contract.BuildingPatch,
      query: contract.BuildingQuery,
    },
    list: async (scope, filter, after, limit) =>
      (await store.page(scope, 'building', filter, after, limit)).map(toBuilding),
    get: async (scope, id) => toBuilding(existing(await store.find(scope, 'building', id), building_not_found)),
    create: async (writer, input: contract.BuildingInput) => {
      await knownZone(input.timezone)
      const adding = writes.create(writer, 'building', (tx) => tx.addBuilding(input))
      return toBuilding(await created('building', adding))
    },
    patch: async (writer, id, patch: contract.BuildingPatch) => {
      await knownZone(patch.timezone)
      const patching = writes.patch(writer, 'building', id, (tx) => tx.patch(writer.scope, 'building', id, patch))
      return toBuilding(await patched('building', patching, building_not_found))
    },
    remove: (writer, id) =>
      removed(
        'building',
        writes.remove(writer, 'building', id),
        building_not_found,
        'The building has floors or gateways.',
      ),
  }

  const floors: Resource = {
    path: '/api/floors',
    names: ['floor', 'floors'],
    access: configuring,
    schemas: {
      item: contract.Floor,
      input: contract.FloorInput,
      patch: contract.FloorPatch,
      query: contract.FloorQuery,
    },
    list: async (scope, filter, after, limit) => (await store.page(scope, 'floor', filter, after, limit)).map(toFloor),
    get: async (scope, id) => toFloor(existing(await store.find(scope, 'floor', id), floor_not_found)),
    create: async (writer, input) => {
      const adding = writes.create(writer, 'floor', (tx) => tx.addFloor(writer.scope, input))
      return toFloor(await created('floor', adding))
    },
    patch: async (writer, id, patch) => {
      const patching = writes.patch(writer, 'floor', id, (tx) => tx.patch(writer.scope, 'floor', id, patch))
      return toFloor(await patched('floor', patching, floor_not_found))
    },
    remove: (writer, id) =>
      removed('floor', writes.remove(writer, 'floor', id), floor_not_found, 'The floor has zones or sensors.'),
  }

  const zones: Resource = {
    path: '/api/zones',
    names: ['zone', 'zones'],
    access: configuring,
    schemas: { item: contract.Zone, input: contract.ZoneInput, patch: contract.ZonePatch, query: contract.ZoneQuery },
    list: async (scope, filter, after, limit) => (await store.zonePage(scope, filter, after, limit)).map(toZone),
    get: async (scope, id) => toZone(existing(await store.find(scope, 'zone', id), zone_not_found)),
    create: async (writer, input) => {
      const adding = writes.create(writer, 'zone', (tx) => tx.addZone(writer.scope, input))
      return toZone(await created('zone', adding))
    },
    patch: async (writer, id, patch) => {
      const patching = writes.patch(writer, 'zone', id, (tx) => tx.patchZone(writer.scope, id, patch))
      return toZone(await patched('zone', patching, zone_not_found))
    },
    // Sensors of a deleted zone stay on their floor.
    remove: (writer, id) => removed('zone', writes.remove(writer, 'zone', id), zone_not_found, ''),
  }

  const sensors: Resource = {
    path: '/api/sensors',
    names: ['sensor', 'sensors'],
    access: { create: 'commission', patch: 'commission', remove: 'configure' },
    schemas: {
      item: contract.Sensor,
      input: contract.SensorInput,
      patch: contract.SensorPatch,
      query: contract.SensorQuery,
      deletion: contract.Closed({
        confirm: Type.Optional(Type.String({ description: 'The sensor_key; its readings are deleted with it' })),
      }),
    },
    list: async (scope, filter, after, limit) =>
      (await store.page(scope, 'sensor', filter, after, limit)).map(toSensor),
    get: async (scope, id) => toSensor(existing(await store.find(scope, 'sensor', id), sensor_not_found)),
    create: async (writer, input) => {
      const adding = writes.create(writer, 'sensor', (tx) => tx.addSensor(writer.scope, input))
      return toSensor(await created('sensor', adding))
    },
    patch: async (writer, id, patch) => {
      const patching = writes.patch(writer, 'sensor', id, (tx) => tx.patchSensor(writer.scope, id, patch))
      return toSensor(await patched('sensor', patching, sensor_not_found))
    },
    remove: async (writer, id, { confirm }: { confirm?: string }) => {
      const sensor = existing(await store.find(writer.scope, 'sensor', id), sensor_not_found)
      if (confirm !== sensor.sensor_key) {
        throw registryErrors.deletion_not_confirmed(
          'Deleting a sensor deletes its readings: repeat with ?confirm=<its sensor_key>.',
        )
      }
      const removal = writes.remove(writer, 'sensor', id, (tx) => effects.deleteReadings(tx, id))
      await removed('sensor', removal, sensor_not_found, '')
    },
  }

  const gateways: Resource = {
    path: '/api/gateways',
    names: ['gateway', 'gateways'],
    access: configuring,
    schemas: {
      item: contract.Gateway,
      input: contract.GatewayInput,
      patch: contract.GatewayPatch,
      query: contract.GatewayQuery,
    },
    list: async (scope, filter, after, limit) =>
      (await store.page(scope, 'gateway', filter, after, limit)).map(toGateway),
    get: async (scope, id) => toGateway(existing(await store.find(scope, 'gateway', id), gateway_not_found)),
    create: async (writer, input) => {
      const adding = writes.create(writer, 'gateway', (tx) => tx.addGateway(writer.scope, input))
      return toGateway(await created('gateway', adding))
    },
    patch: async (writer, id, patch) => {
      const patching = writes.patch(writer, 'gateway', id, (tx) => tx.patch(writer.scope, 'gateway', id, patch))
      return toGateway(await patched('gateway', patching, gateway_not_found))
    },
    // Its keys go with it; its sensors stay, without a gateway.
    remove: (writer, id) => removed('gateway', writes.remove(writer, 'gateway', id), gateway_not_found, ''),
  }

  return [buildings, floors, zones, sensors, gateways]
}
