import { type BuildingPlan, type Facade, outlineShare, type ZoneKind } from './building-plan.ts'
import { keyOf, uniformAt } from './random.ts'

/** What a kind of room is like, per square metre where it says so. */
interface ZoneCharacter {
  /** 0: nobody has a place here, people only pass. */
  m2PerSeat: number
  heightM: number
  /** Outdoor air while the fans run. 30 m3/h a person is the Japanese building standard (建築物衛生法); meeting rooms get less when full. */
  airM3PerHM2: number
  lightsLx: number
  equipmentWM2: number
  /** Sound of the empty room. */
  baseNoiseDb: number
  /** Sound of one present person at the sensor. */
  personNoiseDb: number
  /** Movements that a detector sees, a person and minute. */
  motionsPerMin: number
  /** Fans run day and night, whatever the calendar says. */
  alwaysOn: boolean
}

const zoneCharacters: Record<ZoneKind, ZoneCharacter> = {
  office: {
    m2PerSeat: 9.5,
    heightM: 2.7,
    airM3PerHM2: 3.2,
    lightsLx: 620,
    equipmentWM2: 9,
    baseNoiseDb: 37,
    personNoiseDb: 38,
    motionsPerMin: 0.5,
    alwaysOn: false,
  },
  'meeting room': {
    m2PerSeat: 3.6,
    heightM: 2.7,
    airM3PerHM2: 6,
    lightsLx: 520,
    equipmentWM2: 4,
    baseNoiseDb: 34,
    personNoiseDb: 49,
    motionsPerMin: 0.8,
    alwaysOn: false,
  },
  corridor: {
    m2PerSeat: 0,
    heightM: 2.5,
    airM3PerHM2: 1.5,
    lightsLx: 180,
    equipmentWM2: 0.5,
    baseNoiseDb: 38,
    personNoiseDb: 50,
    motionsPerMin: 3,
    alwaysOn: false,
  },
  lobby: {
    m2PerSeat: 0,
    heightM: 5,
    airM3PerHM2: 4,
    lightsLx: 350,
    equipmentWM2: 3,
    baseNoiseDb: 42,
    personNoiseDb: 48,
    motionsPerMin: 2,
    alwaysOn: false,
  },
  café: {
    m2PerSeat: 4,
    heightM: 3.2,
    airM3PerHM2: 8,
    lightsLx: 300,
    equipmentWM2: 14,
    baseNoiseDb: 41,
    personNoiseDb: 50,
    motionsPerMin: 0.8,
    alwaysOn: false,
  },
  security: {
    m2PerSeat: 12,
    heightM: 2.7,
    airM3PerHM2: 3.5,
    lightsLx: 450,
    equipmentWM2: 18,
    baseNoiseDb: 38,
    personNoiseDb: 46,
    motionsPerMin: 0.5,
    alwaysOn: true,
  },
  plant: {
    m2PerSeat: 0,
    heightM: 3,
    airM3PerHM2: 3,
    lightsLx: 200,
    equipmentWM2: 10,
    baseNoiseDb: 52,
    personNoiseDb: 50,
    motionsPerMin: 1,
    alwaysOn: false,
  },
}

/** A room of the plan with its figures worked out. */
export interface Zone {
  /** Position in the building's list of zones. */
  index: number
  floor: number
  name: string
  kind: ZoneKind
  facade: Facade | null
  character: ZoneCharacter
  areaM2: number
  volumeM3: number
  seats: number
  /** Outdoor air at full speed of the fans. */
  designAirM3PerH: number
  /** Heat through the envelope per kelvin. */
  envelopeWPerK: number
  /** Glass that the sun reaches, times its g-value behind blinds. */
  solarApertureM2: number
  /** How much warmer its people like it. */
  preferenceK: number
}

export const zonesOf = (plan: BuildingPlan, seed: number): Zone[] =>
  plan.floors
    .flatMap((floor, floorIndex) => floor.zones.map((zone) => ({ floorIndex, area_m2: floor.area_m2, zone })))
    .map(({ floorIndex, area_m2, zone }, index) => {
      const character = zoneCharacters[zone.kind]
      const areaM2 = outlineShare(zone.outline) * area_m2
      return {
        index,
        floor: floorIndex,
        name: zone.name,
        kind: zone.kind,
        facade: zone.facade,
        character,
        areaM2,
        volumeM3: areaM2 * character.heightM,
        seats: character.m2PerSeat === 0 ? 0 : Math.max(2, Math.round(areaM2 / character.m2PerSeat)),
        designAirM3PerH: areaM2 * character.airM3PerHM2,
        // A third of the facade's depth in glass; inner rooms lose a little through lifts and stairs.
        envelopeWPerK: areaM2 * (zone.facade === null ? 0.06 : 0.38),
        solarApertureM2: zone.facade === null ? 0 : areaM2 * 0.1 * 0.3,
        preferenceK: uniformAt(keyOf(seed, 200), index) - 0.5,
      }
    })
