import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type CommandLine, type Handover, parseCommandLine, parseHandover, usage } from './command-line.ts'
import { createPacer, type Log } from './delivery.ts'
import { demoBuilding } from './demo-building.ts'
import { demoFaults } from './demo-faults.ts'
import { parseFaults } from './fault-file.ts'
import { withFaults } from './faults.ts'
import { createGatewayFeed } from './gateway-feed.ts'
import { createHttpPost, createRunsPost } from './http-post.ts'
import { createLocalTime, dayMs } from './local-time.ts'
import { openProgress } from './progress-file.ts'
import { createSimulation, openedAtMs } from './simulation.ts'

/** The demo building's gateways as one process: reads keys from standard input, sends until it closes. */

const pastDelayMs = 5_000
const lastWordsMs = 2_000

const log: Log = (event, detail) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...detail })}\n`)
}
// The parent's end of the pipe goes with the parent; its loss is handled where standard input ends.
process.stderr.on('error', () => {})

/** What the person or program that starts us got wrong is said in words, not as an event. */
const orUsage = <Result>(parse: () => Result): Result => {
  try {
    return parse()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`)
    process.exit(2)
  }
}

const stop = new AbortController()
const { signal } = stop

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })

const runFeeds = async (commandLine: CommandLine, { keys, pastUntilMs }: Handover): Promise<void> => {
  const { url, seed, pastDays, faultsPath, statePath } = commandLine
  const nowMs = Date.now()
  const progress = openProgress({
    path: statePath,
    nowMs,
    failed: (error) => log('state_not_saved', { why: (error as NodeJS.ErrnoException).code }),
  })
  const plan = demoBuilding()
  const simulation = createSimulation({ plan, seed })
  const faults = faultsPath === null ? demoFaults(progress.startedAtMs) : parseFaults(readFileSync(faultsPath, 'utf8'))
  const source = withFaults(simulation, faults)
  const localTime = createLocalTime(plan.building.timezone)
  const pace = createPacer({ clock: () => performance.now(), sleep })
  const pastFromMs = Math.max(nowMs - pastDays * dayMs, pastUntilMs ?? 0, openedAtMs)

  const feeds = plan.gateways.flatMap(({ name }) => {
    const key = keys[name]
    if (key === undefined) {
      log('gateway_without_key', { gateway: name })
      return []
    }
    return createGatewayFeed({
      gateway: name,
      source,
      post: createHttpPost({ url, key, signal }),
      postRuns: createRunsPost({ url, key, signal }),
      pace,
      localTime,
      clock: Date.now,
      sleep,
      random: Math.random,
      state: progress.of(name),
      log,
      signal,
      pastFromMs,
      pastDelayMs,
    })
  })
  await Promise.all(feeds.map((feed) => feed.run()))
}

const commandLine = orUsage(() => parseCommandLine(process.argv.slice(2)))

const end = (why: string) => (): void => {
  if (signal.aborted) return
  log('stopping', { why })
  stop.abort()
  // Nothing that still hangs may keep an orphan alive.
  setTimeout(() => process.exit(0), lastWordsMs).unref()
}
process.on('SIGTERM', end('SIGTERM'))
process.on('SIGINT', end('SIGINT'))

const lines = createInterface({ input: process.stdin })
lines.on('close', end('standard input closed'))
lines.once('line', (line) => {
  const handover = orUsage(() => parseHandover(line))
  runFeeds(commandLine, handover).then(
    () => process.exit(0),
    (error: unknown) => {
      log('failed', { why: (error as Error).message })
      process.exit(1)
    },
  )
})
