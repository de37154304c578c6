import type { BuildingDashboard, BuildingsDashboard, FloorDashboard, LiveReading } from '@plenum/contract'

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

const inPlace = <Row extends { id: number }>(rows: readonly Row[], changed: readonly Row[]): Row[] => {
  const told = new Map(changed.map((row) => [row.id, row]))
  return rows.map((row) => told.get(row.id) ?? row)
}

export const withFloors = (body: BuildingDashboard, changed: BuildingDashboard['floors']): BuildingDashboard => ({
  ...body,
  floors: inPlace(body.floors, changed),
})

export const withBuildings = (
  body: BuildingsDashboard,
  changed: BuildingsDashboard['buildings'],
): BuildingsDashboard => ({ ...body, buildings: inPlace(body.buildings, changed) })
