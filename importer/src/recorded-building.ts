import type { BuildingInput, FloorInput, SensorInput, ZoneInput } from '@plenum/contract'

/** What every format of recorded data is read into; nothing after this file knows of files or columns. */
export interface RecordedBuilding {
  plan: BuildingPlan
  parts: RecordedPart[]
}

/** The tree to find or create; ids are the server's and come later. */
export interface BuildingPlan {
  building: BuildingInput
  /** Name of the gateway whose key sends the readings. */
  gateway: string
  floors: PlannedFloor[]
}
export type PlannedFloor = Omit<FloorInput, 'building_id'> & { zones: PlannedZone[] }
export type PlannedZone = Omit<ZoneInput, 'floor_id'> & { sensors: PlannedSensor[] }
type PlannedSensor = Omit<SensorInput, 'floor_id' | 'zone_id' | 'gateway_id'>

/** A piece that is read from start to end, while other parts are read beside it: a file, usually. */
export interface RecordedPart {
  /** Unique in the building and the same in every run. */
  name: string
  /** The same rows in the same order in every run: that is what makes an import resumable. */
  blocks(from: BlockRange): AsyncIterable<ReadingBlock>
}

export interface BlockRange {
  /** Rows to skip. */
  fromRow: number
  /** Most readings a block may hold. */
  maxReadings: number
}

/** Some rows of a table with a row an instant and a column a sensor. */
export interface ReadingBlock {
  /** Rows of the part up to the end of this block, those before it included. */
  endRow: number
  /** Milliseconds since 1970, UTC, one a row. */
  timesMs: number[]
  /** Cells are JSON, one a row: a number, `null` for what is not a number, empty where there is no reading. */
  columns: { sensorKey: string; cells: string[] }[]
}

export interface RecordedFormat {
  name: string
  /** The recorded building in `dir`, or what was expected and not found there. */
  open(dir: string): Promise<RecordedBuilding | { missing: string }>
}
