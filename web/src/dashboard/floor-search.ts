import { type SensorType, sensorTypes } from '@plenum/contract'
import { type Condition, conditions } from './sensor-condition.ts'

export const groupings = ['zone', 'kind', 'none'] as const
export type Grouping = (typeof groupings)[number]

/** The view of a floor as its address holds it; what is absent is not filtered. */
export interface FloorSearch {
  /** Absent: by zone. */
  group?: Exclude<Grouping, 'zone'>
  /** 0: sensors without a zone. */
  zone?: number
  kind?: SensorType
  status?: Condition
  q?: string
}

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((known) => known === value)

const wholeNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** An address somebody typed or that is older than this version never breaks a page: unknown parts are dropped. */
export const parseFloorSearch = (raw: Record<string, unknown>): FloorSearch => {
  const group = oneOf(['kind', 'none'] as const, raw.group)
  const zone = wholeNumber(raw.zone)
  const kind = oneOf(sensorTypes, raw.kind)
  const status = oneOf(conditions, raw.status)
  const q = typeof raw.q === 'string' ? raw.q.slice(0, 200) : ''
  return {
    ...(group && { group }),
    ...(zone !== undefined && { zone }),
    ...(kind && { kind }),
    ...(status && { status }),
    ...(q !== '' && { q }),
  }
}
