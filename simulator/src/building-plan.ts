import type { BuildingInput, Position, SensorType } from '@plenum/contract'

/** The description of a simulated building: data only, in the registry's field names, ready to be registered. */
export interface BuildingPlan {
  building: Required<BuildingInput>
  /** Where the sun is seen from. */
  site: { latitudeDeg: number; longitudeDeg: number }
  gateways: { name: string }[]
  floors: FloorPlan[]
}

export interface FloorPlan {
  name: string
  level: number
  area_m2: number
  /** SVG path of the walls in 0..1. */
  plan: string
  zones: ZonePlan[]
  sensors: SensorPlan[]
}

export interface ZonePlan {
  /** Unique on its floor. */
  name: string
  kind: ZoneKind
  /** Corners in 0..1 of the floor; north is up (y = 0). */
  outline: Position[]
  /** Where its windows look; null: inside. */
  facade: Facade | null
}

export interface SensorPlan {
  sensor_key: string
  name: string
  sensor_type: SensorType
  unit: string
  /** Name of a zone of the same floor. */
  zone: string
  /** Name of the gateway that sends it. */
  gateway: string
  position: Position
  interval_s: number
}

export type ZoneKind = 'office' | 'meeting room' | 'corridor' | 'lobby' | 'café' | 'security' | 'plant'
export type Facade = 'north' | 'east' | 'south' | 'west'

/** Share of the floor inside an outline (shoelace formula). */
export const outlineShare = (outline: Position[]): number => {
  let twice = 0
  outline.forEach((corner, i) => {
    const next = outline[(i + 1) % outline.length] as Position
    twice += corner.x * next.y - next.x * corner.y
  })
  return Math.abs(twice) / 2
}
