import {
  BuildingInput,
  FloorInput,
  Name,
  Position,
  SensorInput,
  type SensorType,
  SensorTypeName,
} from '@plenum/contract'
import { CsvError, parse } from 'csv-parse/sync'
import { Type } from 'typebox'
import { compileTextRecord, type FieldError } from '#platform'

/** A line of the file: what the API itself would take. `null` is an empty cell, `undefined` a column that is not there. */
export interface SensorLine {
  /** From 1, the header included. */
  line: number
  building: string
  timezone?: string | null
  floor: string
  level: number
  zone?: string | null
  sensor_key: string
  name: string
  sensor_type: SensorType
  unit?: string | null
  x?: number | null
  y?: number | null
}

const must = { building: Name, floor: Name, level: FloorInput.properties.level, sensor_key: Name, name: Name }
const may = {
  timezone: BuildingInput.properties.timezone,
  zone: Name,
  unit: SensorInput.properties.unit,
  x: Position.properties.x,
  y: Position.properties.y,
}
const required = [...Object.keys(must), 'sensor_type']
const optional = Object.keys(may)
const readRecord = compileTextRecord(
  Type.Object({ ...must, sensor_type: SensorTypeName, ...Type.Partial(Type.Object(may)).properties }),
)

/** Reads a sensor list; every line that can't be used is named with the reason. Pure. */
export function parseSensorCsv(text: string): { lines: SensorLine[]; errors: FieldError[] } {
  let rows: { info: { lines: number }; record: string[] }[]
  try {
    rows = parse(text, { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, info: true }) as never
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { lines: [], errors: [{ path: `line ${error['lines'] ?? 1}`, detail: error.message }] }
  }
  const [first, ...rest] = rows
  const header = first?.record.map((name) => name.toLowerCase()) ?? []
  const errors = headerErrors(header, rest.length)
  if (errors.length > 0) return { lines: [], errors }

  const lines: SensorLine[] = []
  const seen = new Map<string, number>()
  for (const { info, record: cells } of rest) {
    const { line, problems } = readLine(info.lines, header, cells)
    const before = seen.get(line.sensor_key)
    if (before !== undefined) problems.push(`sensor_key stands on line ${before} already`)
    else if (line.sensor_key) seen.set(line.sensor_key, line.line)
    for (const detail of problems) errors.push({ path: `line ${line.line}`, detail })
    lines.push(line)
  }
  return { lines, errors }
}

function headerErrors(header: string[], rows: number): FieldError[] {
  const at = (detail: string) => ({ path: 'line 1', detail })
  const missing = required.filter((name) => !header.includes(name))
  const unknown = header.filter((name) => !required.includes(name) && !optional.includes(name))
  const repeated = header.filter((name, i) => header.indexOf(name) < i)
  const errors = [
    ...missing.map((name) => at(`the column ${name} is missing`)),
    ...unknown.map((name) => at(`the column "${name}" is not known`)),
    ...repeated.map((name) => at(`the column "${name}" stands there twice`)),
  ]
  if (errors.length === 0 && rows === 0) errors.push(at('a header without a sensor'))
  return errors
}

function readLine(number: number, header: string[], cells: string[]): { line: SensorLine; problems: string[] } {
  const filled = header.map((name, i) => [name, cells[i] ?? ''] as const).filter(([, cell]) => cell !== '')
  const record: Record<string, unknown> = Object.fromEntries(filled)
  const wrong = readRecord(record)
  const problems = wrong.map(({ path, detail }) => `${path} ${detail}`)
  if (cells.length !== header.length) problems.push(`has ${cells.length} cells, the header has ${header.length}`)
  if ('x' in record !== 'y' in record) problems.push('x and y go together')
  const empty = Object.fromEntries(optional.filter((name) => header.includes(name)).map((name) => [name, null]))
  return { line: { ...empty, ...record, line: number } as SensorLine, problems }
}
