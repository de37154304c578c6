import { batchesOf, type WireReading } from './batches.ts'
import { cover, missingIn, type Span } from './coverage.ts'
import { createDelivery, type Log, type Pacer, type Post } from './delivery.ts'
import type { ReadingSource } from './faults.ts'
import { dayMs, hourMs, type LocalInstant, localMidnight, minuteMs } from './local-time.ts'
import { type Runs, runsOf } from './runs.ts'
import type { ReadingsRange } from './simulation.ts'

/** What a feed remembers over restarts: the stretches of time that the server has acknowledged. */
export interface FeedState {
  load(): Span[]
  save(covered: Span[]): void
}

const secondMs = 1000
const batchReadings = 5_000
/** What a starting gateway sends before anything else: enough to fill the small lines of the first screen. */
const firstScreenMs = hourMs
/** What a gateway keeps while the server is away; older readings are left to the filling of the past. */
const bufferMs = dayMs
/** Every minute for so long, and before that enough for the figures of hours and days. */
const fineMs = 35 * dayMs
const fineResolutionS = 60
const coarseResolutionS = 900
const saveEveryMs = 5_000
const lookForGapsEveryMs = minuteMs

/**
 * Runs one gateway: the last hour at once, then live readings every second, and behind them whatever the server has not
 * acknowledged yet, newest first. Readings are a function of time, so the buffer of an outage is a stretch of time:
 * it takes no memory, and what is sent late is the same as what would have been sent in time.
 */
export const createGatewayFeed = (options: {
  gateway: string
  source: ReadingSource
  post: Post<WireReading[]>
  /** For the past. */
  postRuns: Post<Runs>
  /** Slows the filling of the past down, the making of its readings included; several feeds may share a pace. */
  pace: Pacer
  localTime: (atMs: number) => LocalInstant
  /** Now, in milliseconds since 1970. */
  clock: () => number
  /** Ends early when `signal` is aborted. */
  sleep: (ms: number) => Promise<void>
  random: () => number
  state: FeedState
  log: Log
  signal: AbortSignal
  /** How far back the past is filled. */
  pastFromMs: number
  /** Rest between the first screen and the past, for the server's other guests. */
  pastDelayMs: number
}): { run(): Promise<void> } => {
  const { gateway, source, clock, sleep, state, signal, pace, pastFromMs } = options
  const log: Log = (event, detail) => options.log(event, { gateway, ...detail })
  const sending = { sleep, random: options.random, log, signal }
  const deliverLive = createDelivery({ ...sending, post: options.post })
  const deliverPast = createDelivery<Runs>({ ...sending, post: (runs) => pace(() => options.postRuns(runs)) })

  const startedMs = clock()
  let covered = state.load()
  let savedMs = startedMs
  const save = (): void => {
    savedMs = clock()
    state.save(covered)
  }

  /** Delivers a range batch by batch, until it is stopped; `done` hears up to where after each. */
  const deliverRange = async (range: ReadingsRange, done: (toMs: number) => void): Promise<void> => {
    for (const { readings, toMs } of batchesOf(source, { ...range, gateway }, batchReadings)) {
      if (!(await deliverLive(readings))) return
      done(toMs)
    }
  }

  /** Where live sending goes on; everything before is acknowledged or missing. */
  let liveMs = startedMs
  const sendLive = async (toMs: number, resolutionS: number): Promise<void> => {
    liveMs = Math.max(liveMs, toMs - bufferMs)
    await deliverRange({ fromMs: liveMs, toMs, resolutionS }, (ackedMs) => {
      covered = cover(covered, [liveMs, ackedMs])
      liveMs = ackedMs
    })
    if (clock() - savedMs >= saveEveryMs) save()
  }

  /** All seconds up to the current one. */
  const untilNow = (): number => Math.floor(clock() / secondMs) * secondMs + secondMs

  const runLive = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(secondMs - (clock() % secondMs))
      const toMs = untilNow()
      if (!signal.aborted && toMs > liveMs) await sendLive(toMs, 0)
    }
  }

  /** A calendar day of the building, or what is missing of it: a day of a sensor is written best at once. */
  const newestMissing = (): Span | undefined => {
    const gap = missingIn(covered, [pastFromMs, liveMs]).at(-1)
    return gap && [Math.max(gap[0], localMidnight(options.localTime, gap[1] - 1)), gap[1]]
  }

  const runPast = async (): Promise<void> => {
    await sleep(options.pastDelayMs)
    let filled = 0
    while (!signal.aborted) {
      const piece = newestMissing()
      if (piece === undefined) {
        if (filled > 0) log('past_filled', { pieces: filled })
        filled = 0
        await sleep(lookForGapsEveryMs)
        continue
      }
      const [fromMs, toMs] = piece
      const resolutionS = toMs > startedMs - fineMs ? fineResolutionS : coarseResolutionS
      const runs = await pace(async () => runsOf(source, { fromMs, toMs, resolutionS, gateway }))
      if (!(await deliverPast(runs))) return
      covered = cover(covered, piece)
      save()
      filled += 1
    }
  }

  return {
    run: async () => {
      const toMs = untilNow()
      const knownMs = covered.at(-1)?.[1] ?? 0
      liveMs = Math.min(toMs, Math.max(knownMs, toMs - firstScreenMs))
      log('feed_started', { known_until: knownMs === 0 ? null : new Date(knownMs).toISOString() })
      // The last minute as it was: a sensor that reports every ten seconds would look stale until its next reading.
      if (liveMs < toMs - minuteMs) await sendLive(toMs - minuteMs, fineResolutionS)
      await sendLive(toMs, 0)
      if (!signal.aborted) log('first_screen_sent', { took_ms: clock() - startedMs })
      await Promise.all([runLive(), runPast()])
      save()
    },
  }
}
