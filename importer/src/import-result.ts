import type { Created } from './registry.ts'
import type { RejectedReading, Tally } from './tally.ts'

export interface ImportResult {
  outcome: 'complete' | 'interrupted' | 'dry run'
  building: string
  /** What was added to the registry, or would be. */
  created: Created
  /** Readings in the recorded data. */
  readings: number
  /** Outcome of all readings sent so far, by the runs before an interruption too. */
  tally: Tally
  /** Readings of `tally` that this run sent, the rest is of earlier runs. */
  sent: number
  /** The first few readings that the server rejected. */
  examples: RejectedReading[]
  durationMs: number
}

const number = new Intl.NumberFormat('en-US')
const readings = (n: number) => `${number.format(n)} ${n === 1 ? 'reading' : 'readings'}`

/**
 * What the import did, in a few lines. The last one for example:
 * `2,763,918 readings: 2,763,918 stored, 0 duplicates, 0 rejected in 48 s (57,581 readings/s)`
 */
export function describeResult(result: ImportResult): string {
  const { outcome, tally, sent, durationMs } = result
  const created = describeCreated(result.created)
  if (outcome === 'dry run') {
    return `${result.building}: would create ${created}.\n${readings(result.readings)} would be sent. Nothing was written.`
  }
  const seconds = Math.max(durationMs, 1) / 1000
  const counts = ['stored', 'duplicates', 'rejected'] as const
  const outcomes = counts.map((name) => `${number.format(tally[name])} ${name}`).join(', ')
  const rate = `${number.format(Math.round(sent / seconds))} readings/s`
  const lines = [`${result.building}: created ${created}.`]
  for (const { sensorKey, timestamp, code, detail } of result.examples) {
    lines.push(`rejected ${sensorKey} ${timestamp}: ${code}, ${detail}`)
  }
  if (sent < tally.readings) {
    lines.push(`${readings(tally.readings - sent)} had been sent before the import was interrupted.`)
  }
  if (tally.ambiguous > 0) {
    const why = 'their request had been sent before, and its answer was lost'
    lines.push(`${number.format(tally.ambiguous)} of the duplicates may be this import's own: ${why}.`)
  }
  if (outcome === 'interrupted') lines.push('Interrupted: run the import again to go on.')
  lines.push(`${readings(tally.readings)}: ${outcomes} in ${number.format(Math.round(seconds))} s (${rate})`)
  return lines.join('\n')
}

/** For the process: 0 when every reading is in the database, 1 when some were rejected, 130 when interrupted. */
export const exitCodeOf = ({ outcome, tally }: ImportResult): number =>
  outcome === 'interrupted' ? 130 : tally.rejected > 0 ? 1 : 0

function describeCreated(created: ImportResult['created']): string {
  const names = { buildings: 'building', gateways: 'gateway', floors: 'floor', zones: 'zone', sensors: 'sensor' }
  const parts = Object.entries(created)
    .filter(([, n]) => n > 0)
    .map(([kind, n]) => `${number.format(n)} ${names[kind as keyof typeof names]}${n === 1 ? '' : 's'}`)
  return parts.join(', ') || 'nothing'
}
