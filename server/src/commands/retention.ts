import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { append, bySystem } from '#audit'
import type { Log } from '#platform'
import { describePeriod, type Expiry, type KeptKind } from '#readings'
import type { Config } from '../config.ts'
import { StartError } from '../server.ts'
import type { Ending } from './ending.ts'
import { withServices } from './with-services.ts'

const usage = `usage: npm run plenum -- retention [--dry-run | --apply]
Shows how long readings are kept, and what would go now. Only --apply drops it, as the server does by itself every hour.
Periods are changed with PUT /api/retention/<kind>.`

/** Shows the policy and what it would drop; drops it only when told to. */
export async function applyRetention(config: Config, log: Log, ending: Ending, args: string[]): Promise<void> {
  const { apply } = readArgs(args)
  if (config.databaseUrl === null && !existsSync(config.dataDir))
    throw new StartError('there are no readings yet; start the server once with npm start')
  await withServices(config, log, ending.asked, async ({ readings: { retention }, database }) => {
    console.log(policyTable(await retention.policy.kinds()))
    const due = await retention.wouldDrop()
    console.log(`\n${dueTable(due)}`)
    if (due.every(({ days }) => days === 0)) return
    if (!apply) return console.log('\nNothing was dropped. The server does so every hour; --apply does it now.')
    // Before the first step, of which each is in the retention log: nothing goes without an entry.
    const sum = (figure: 'days' | 'readings') => due.reduce((total, one) => total + one[figure], 0)
    await append(database.db, bySystem('plenum retention'), {
      action: 'retention.apply',
      details: { due_days: sum('days'), due_readings: sum('readings') },
    })
    const { days, readings, finished } = await retention.dropExpired({ signal: ending.asked, onStep: showStep })
    if (process.stderr.isTTY) process.stderr.write('\n')
    console.log(`\nDropped ${count(readings)} readings, from ${count(days)} days of sensors.`)
    if (!finished) console.log('It was stopped; what is left goes the next time.')
  })
}

function readArgs(args: string[]): { apply: boolean } {
  try {
    const options = {
      apply: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args, options })
    if (values.apply && values['dry-run']) throw new Error('--dry-run and --apply exclude each other')
    return { apply: values.apply }
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${usage}`)
  }
}

/** On a terminal a line that grows over itself. */
function showStep({ days, readings }: { days: number; readings: number }): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${count(days)} days, ${count(readings)} readings dropped`)
}

const count = (number: number): string => number.toLocaleString('en')

function policyTable(kinds: readonly KeptKind[]): string {
  const rows = kinds.map(({ sensorType, periods, updatedAt }) => [
    sensorType,
    describePeriod(periods.raw),
    describePeriod(periods.rollup),
    updatedAt === null ? '' : `changed ${updatedAt.toISOString().slice(0, 10)}`,
  ])
  return table([['Kept', 'readings', 'hours and days', ''], ...rows], [])
}

function dueTable(due: readonly Expiry[]): string {
  if (due.length === 0) return 'Nothing is older than it is kept.'
  const rows = due.map((one) => [
    one.sensorType,
    one.stage === 'raw' ? 'readings' : 'all of the day',
    new Date(one.beforeMs).toISOString().slice(0, 10),
    count(one.days),
    count(one.readings),
    (one.bytes / 1e6).toFixed(1),
    count(one.heldReadings),
  ])
  const lines = table([['Would go now', 'what', 'before', 'days', 'readings', 'MB', 'held'], ...rows], [3, 4, 5, 6])
  const held = due.some(({ heldDays }) => heldDays > 0)
  return held ? `${lines}\nHeld: readings as old, but of sensors that were registered later than that.` : lines
}

/** @param right columns of numbers */
function table(rows: readonly string[][], right: readonly number[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const cell = (text: string, i: number) =>
    right.includes(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
}
