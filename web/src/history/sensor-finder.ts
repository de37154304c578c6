import { type Sensor, type SensorType, sensorTypes } from '@plenum/contract'

export interface FinderFloor {
  id: number
  name: string
}

export interface FloorOfSensors {
  floor: FinderFloor
  count: number
  kinds: { kind: SensorType; sensors: Sensor[] }[]
}

/** Full and half width, capitals and accents of typing make no difference. */
const plain = (text: string) => text.normalize('NFKC').toLowerCase().trim()

/** Every word of the query must be found in the sensor's name, key, kind or floor. */
export const findSensors = (
  sensors: readonly Sensor[],
  query: string,
  wordsOf: (sensor: Sensor) => string,
): readonly Sensor[] => {
  const words = plain(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) return sensors
  return sensors.filter((sensor) => {
    const text = plain(`${sensor.name} ${sensor.sensor_key} ${wordsOf(sensor)}`)
    return words.every((word) => text.includes(word))
  })
}

/** Floors in the order given, kinds in the order of the contract, names as people sort them. */
export const groupByFloor = (
  sensors: readonly Sensor[],
  floors: readonly FinderFloor[],
  language: string,
): FloorOfSensors[] => {
  const { compare } = new Intl.Collator(language, { numeric: true })
  return floors.flatMap((floor) => {
    const own = sensors.filter(({ floor_id }) => floor_id === floor.id)
    if (own.length === 0) return []
    const kinds = sensorTypes.flatMap((kind) => {
      const ofKind = own.filter(({ sensor_type }) => sensor_type === kind)
      return ofKind.length > 0 ? [{ kind, sensors: ofKind.sort((a, b) => compare(a.name, b.name)) }] : []
    })
    return [{ floor, count: own.length, kinds }]
  })
}

const suggestedKinds: readonly SensorType[] = ['temperature', 'co2', 'power', 'energy']

/** What somebody probably wants to look at on a floor: all sensors of one of its kinds. */
export const suggestionsFor = (
  sensors: readonly Sensor[],
  floorId: number,
  most: number,
): { kind: SensorType; sensorIds: number[] }[] =>
  suggestedKinds.flatMap((kind) => {
    const own = sensors.filter(
      ({ floor_id, sensor_type, status }) => floor_id === floorId && sensor_type === kind && status === 'active',
    )
    return own.length > 0 ? [{ kind, sensorIds: own.slice(0, most).map(({ id }) => id) }] : []
  })
