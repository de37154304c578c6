import { presenceTypes, type Sensor } from '@plenum/contract'

/** Sensors whose readings somebody may see, and those that the server would refuse to show them. */
export const splitByPresence = (sensors: readonly Sensor[], seesPresence: boolean) => {
  const isShown = ({ sensor_type }: Sensor) => seesPresence || !presenceTypes.includes(sensor_type)
  const withheld = sensors.filter((sensor) => !isShown(sensor))
  return {
    shown: sensors.filter(isShown),
    withheldById: new Map<number, Sensor>(withheld.map((sensor) => [sensor.id, sensor])),
  }
}
