import type { BuildingDashboard, FloorDashboard, LiveReading } from '@plenum/contract'

/** What an event of a live stream makes of the body before it. Pure; an event that fits nothing leaves it as it is. */

export const withReadings = (body: FloorDashboard, changed: readonly LiveReading[]): FloorDashboard => {
  const told = new Map(changed.map((reading) => [reading.sensor_id, reading]))
  return {
    ...body,
    sensors: body.sensors.map((sensor) => {
      const reading = told.get(sensor.sensor_id)
      return reading ? { ...sensor, ...reading } : sensor
    }),
  }
}

export const withFloors = (body: BuildingDashboard, changed: BuildingDashboard['floors']): BuildingDashboard => {
  const told = new Map(changed.map((floor) => [floor.id, floor]))
  return { ...body, floors: body.floors.map((floor) => told.get(floor.id) ?? floor) }
}
