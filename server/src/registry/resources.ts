import * as contract from '@plenum/contract'
import { Type } from 'typebox'
import type { PlenumError } from '#platform'
import { explainDeletion, explainWrite, type Things } from './constraints.ts'
import { registryErrors } from './errors.ts'
import type { RegistryEffects } from './effects.ts'
import type { Resource } from './resource.ts'
import type { RegistryStore } from './store.ts'
import { toBuilding, toFloor, toGateway, toSensor, toZone } from './wire.ts'

/** The five things of the registry, each what a `Resource` needs to know of it. */
export function describeResources(store: RegistryStore, effects: RegistryEffects): Resource[] {
  const written = async <T>(table: Things, write: Promise<T>): Promise<T> => {
    try {
      const row = await write
      effects.changed()
      return row
    } catch (error) {
      throw explainWrite(error, table)
    }
  }
  const existing = <T>(row: T | undefined, missing: () => PlenumError): T => {
    if (row === undefined) throw missing()
    return row
  }
  const removed = async (removal: Promise<boolean>, missing: () => PlenumError, children: string): Promise<void> => {
    try {
      if (!(await removal)) throw missing()
      effects.changed()
    } catch (error) {
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
    schemas: {
      item: contract.Building,
      input: contract.BuildingInput,
      patch: contract.BuildingPatch,
      query: contract.BuildingQuery,
    },
    list: async (filter, after, limit) => (await store.page('building', filter, after, limit)).map(toBuilding),
    get: async (id) => toBuilding(existing(await store.find('building', id), building_not_found)),
    create: async (input: contract.BuildingInput) => {
      await knownZone(input.timezone)
      return toBuilding(await written('building', store.addBuilding(input)))
    },
    patch: async (id, patch: contract.BuildingPatch) => {
      await knownZone(patch.timezone)
      return toBuilding(existing(await written('building', store.patch('building', id, patch)), building_not_found))
    },
    remove: (id) => removed(store.remove('building', id), building_not_found, 'The building has floors or gateways.'),
  }

  const floors: Resource = {
    path: '/api/floors',
    names: ['floor', 'floors'],
    schemas: {
      item: contract.Floor,
      input: contract.FloorInput,
      patch: contract.FloorPatch,
      query: contract.FloorQuery,
    },
    list: async (filter, after, limit) => (await store.page('floor', filter, after, limit)).map(toFloor),
    get: async (id) => toFloor(existing(await store.find('floor', id), floor_not_found)),
    create: async (input) => toFloor(await written('floor', store.addFloor(input))),
    patch: async (id, patch) =>
      toFloor(existing(await written('floor', store.patch('floor', id, patch)), floor_not_found)),
    remove: (id) => removed(store.remove('floor', id), floor_not_found, 'The floor has zones or sensors.'),
  }

  const zones: Resource = {
    path: '/api/zones',
    names: ['zone', 'zones'],
    schemas: { item: contract.Zone, input: contract.ZoneInput, patch: contract.ZonePatch, query: contract.ZoneQuery },
    list: async (filter, after, limit) => (await store.zonePage(filter, after, limit)).map(toZone),
    get: async (id) => toZone(existing(await store.find('zone', id), zone_not_found)),
    create: async (input) => toZone(await written('zone', store.addZone(input))),
    patch: async (id, patch) => toZone(existing(await written('zone', store.patchZone(id, patch)), zone_not_found)),
    // Sensors of a deleted zone stay on their floor.
    remove: (id) => removed(store.remove('zone', id), zone_not_found, ''),
  }

  const sensors: Resource = {
    path: '/api/sensors',
    names: ['sensor', 'sensors'],
    schemas: {
      item: contract.Sensor,
      input: contract.SensorInput,
      patch: contract.SensorPatch,
      query: contract.SensorQuery,
      deletion: contract.Closed({
        confirm: Type.Optional(Type.String({ description: 'The sensor_key; its readings are deleted with it' })),
      }),
    },
    list: async (filter, after, limit) => (await store.page('sensor', filter, after, limit)).map(toSensor),
    get: async (id) => toSensor(existing(await store.find('sensor', id), sensor_not_found)),
    create: async (input) => toSensor(await written('sensor', store.addSensor(input))),
    patch: async (id, patch) =>
      toSensor(existing(await written('sensor', store.patchSensor(id, patch)), sensor_not_found)),
    remove: async (id, { confirm }: { confirm?: string }) => {
      const sensor = existing(await store.find('sensor', id), sensor_not_found)
      if (confirm !== sensor.sensor_key) {
        throw registryErrors.deletion_not_confirmed(
          'Deleting a sensor deletes its readings: repeat with ?confirm=<its sensor_key>.',
        )
      }
      const removal = store.removeSensor(id, (tx) => effects.deleteReadings(tx, id))
      await removed(removal, sensor_not_found, '')
    },
  }

  const gateways: Resource = {
    path: '/api/gateways',
    names: ['gateway', 'gateways'],
    schemas: {
      item: contract.Gateway,
      input: contract.GatewayInput,
      patch: contract.GatewayPatch,
      query: contract.GatewayQuery,
    },
    list: async (filter, after, limit) => (await store.page('gateway', filter, after, limit)).map(toGateway),
    get: async (id) => toGateway(existing(await store.find('gateway', id), gateway_not_found)),
    create: async (input) => toGateway(await written('gateway', store.addGateway(input))),
    patch: async (id, patch) =>
      toGateway(existing(await written('gateway', store.patch('gateway', id, patch)), gateway_not_found)),
    // Its keys go with it; its sensors stay, without a gateway.
    remove: (id) => removed(store.remove('gateway', id), gateway_not_found, ''),
  }

  return [buildings, floors, zones, sensors, gateways]
}
