import { largestId } from '@plenum/contract'
import { type Preset, presets, type TimeRange } from './time-range.ts'

/** As many as the temperatures of a large floor; six colours, each whole and dashed in four ways, tell them apart. */
export const mostSensors = 25

/** The view as its address holds it: `/explorer?building=1&sensors=3-17&range=7d`, or `from` and `to` in UTC. */
export interface ExplorerSearch {
  building?: number
  /** Ids in the order of their colours. */
  sensors?: string
  /** Absent with `from` and `to`; absent without them: the last 24 hours. */
  range?: Preset
  /** `20261123T101500Z`: the basic format of ISO 8601, because an address writes `:` as `%3A`. */
  from?: string
  to?: string
}

export interface ExplorerView {
  building: number | undefined
  sensorIds: readonly number[]
  range: TimeRange
}

const defaultRange: Preset = '24h'

const idOf = (text: string): number[] => {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0
  return id >= 1 && id <= largestId ? [id] : []
}

const idsOf = (text: unknown): number[] =>
  typeof text === 'string' || typeof text === 'number'
    ? [...new Set(String(text).split(/\D+/).flatMap(idOf))].slice(0, mostSensors)
    : []

const writeInstant = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

const readInstant = (text: unknown): number | null => {
  if (typeof text !== 'string') return null
  const atMs = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  return Number.isNaN(atMs) ? null : atMs
}

const rangeOf = (raw: Record<string, unknown>): TimeRange => {
  const fromMs = readInstant(raw.from)
  const toMs = readInstant(raw.to)
  if (fromMs !== null && toMs !== null && fromMs < toMs) return { fromMs, toMs }
  return presets.find((preset) => preset === raw.range) ?? defaultRange
}

export const viewOf = (search: ExplorerSearch): ExplorerView => ({
  building: search.building,
  sensorIds: idsOf(search.sensors),
  range: rangeOf({ ...search }),
})

export const searchOf = ({ building, sensorIds, range }: ExplorerView): ExplorerSearch => ({
  ...(building !== undefined && { building }),
  ...(sensorIds.length > 0 && { sensors: sensorIds.join('-') }),
  ...(typeof range === 'string'
    ? range !== defaultRange && { range }
    : { from: writeInstant(range.fromMs), to: writeInstant(range.toMs) }),
})

/** What cannot be read is left out: an old or mistyped address shows what is right in it. */
export const parseExplorerSearch = (raw: Record<string, unknown>): ExplorerSearch =>
  searchOf({
    building: idOf(String(raw.building ?? ''))[0],
    sensorIds: idsOf(raw.sensors),
    range: rangeOf(raw),
  })
