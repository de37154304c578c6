import { type SensorType, sensorKinds } from '@plenum/contract'
import { CsvError, parse } from 'csv-parse/sync'

export interface SensorLine {
  /** Line of the file, from 1, the header included. */
  line: number
  building: string
  timezone: string | null
  floor: string
  level: number
  zone: string | null
  sensorKey: string
  name: string
  sensorType: SensorType
  unit: string
  position: { x: number; y: number } | null
}

export interface LineError {
  path: string
  detail: string
}

const required = ['building', 'floor', 'level', 'sensor_key', 'name', 'sensor_type']
const optional = ['zone', 'unit', 'x', 'y', 'timezone']
const longest = 200

/** Reads a sensor list; every line that can't be used is named with the reason. Pure. */
export function parseSensorCsv(text: string): { lines: SensorLine[]; errors: LineError[] } {
  let records: { info: { lines: number }; record: Record<string, string> }[]
  try {
    records = parse(text, {
      columns: (header: string[]) => header.map((h) => h.trim().toLowerCase()),
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { lines: [], errors: [{ path: `line ${error['lines'] ?? 1}`, detail: error.message }] }
  }
  const header = Object.keys(records[0]?.record ?? {})
  const wrong = headerErrors(header, records.length)
  if (wrong.length > 0) return { lines: [], errors: wrong }

  const errors: LineError[] = []
  const lines: SensorLine[] = []
  const seen = new Map<string, number>()
  for (const { info, record } of records) {
    const problems: string[] = []
    const line = readLine(info.lines, record, (problem) => problems.push(problem))
    const before = seen.get(line.sensorKey)
    if (before !== undefined) problems.push(`sensor_key stands on line ${before} already`)
    seen.set(line.sensorKey, info.lines)
    errors.push(...problems.map((detail) => ({ path: `line ${info.lines}`, detail })))
    lines.push(line)
  }
  return { lines, errors }
}

function headerErrors(header: string[], rows: number): LineError[] {
  const at = (detail: string) => ({ path: 'line 1', detail })
  if (rows === 0)
    return [at(`expected a header and at least one sensor; the columns are ${[...required, ...optional].join(', ')}`)]
  const missing = required.filter((name) => !header.includes(name))
  const unknown = header.filter((name) => !required.includes(name) && !optional.includes(name))
  return [
    ...missing.map((name) => at(`the column ${name} is missing`)),
    ...unknown.map((name) => at(`the column ${name} is not known`)),
  ]
}

function readLine(line: number, record: Record<string, string>, complain: (problem: string) => void): SensorLine {
  const text = (name: string, must: boolean): string => {
    const value = record[name] ?? ''
    if (must && value === '') complain(`${name} is empty`)
    if (value.length > longest) complain(`${name} is longer than ${longest} characters`)
    if (value.includes('\0') || !value.isWellFormed()) complain(`${name} holds characters that can't be stored`)
    return value
  }
  const number = (name: string, low: number, high: number): number => {
    const value = Number(record[name])
    if (!(value >= low && value <= high)) complain(`${name} must be a number from ${low} to ${high}`)
    return value
  }
  const sensorType = text('sensor_type', true)
  if (sensorType !== '' && !Object.hasOwn(sensorKinds, sensorType))
    complain(`sensor_type "${sensorType}" is not one of ours`)
  const level = number('level', -100, 1000)
  if (!Number.isInteger(level)) complain('level must be a whole number')
  const placed = (record['x'] ?? '') !== '' || (record['y'] ?? '') !== ''
  const timezone = text('timezone', false) || null
  if (timezone !== null && !isZone(timezone)) complain(`timezone "${timezone}" is not an IANA name`)
  return {
    line,
    building: text('building', true),
    timezone,
    floor: text('floor', true),
    level,
    zone: text('zone', false) || null,
    sensorKey: text('sensor_key', true),
    name: text('name', true),
    sensorType: sensorType as SensorType,
    unit: text('unit', false) || (sensorKinds[sensorType as SensorType]?.unit ?? ''),
    position: placed ? { x: number('x', 0, 1), y: number('y', 0, 1) } : null,
  }
}

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
