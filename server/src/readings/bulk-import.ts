import { type IngestAnswer, type IngestError, ingestLimits } from '@plenum/contract'
import type { Principal } from '#auth'
import type { Clock } from '#platform'
import type { KnownSensor } from '#registry'
import { type Batch, emptyBatch, type SensorLookup, sensorsNamedBy } from './batch.ts'
import { createBreather } from './breather.ts'
import type { BulkLoad } from './bulk-load.ts'
import { createDayGroup, type DaySpan, type GivenDay } from './day-group.ts'
import { type Committed, nothing } from './ingest.ts'
import type { Line } from './lines.ts'
import { dayIndexOf, type DaysOf } from './local-days.ts'
import { type RejectionCode, rejections } from './rejection.ts'
import { cut, type JudgedRun, judgeRun, parseRun } from './run.ts'
import { isSealable } from './closed-days.ts'
import type { SensorDirectory } from './sensor-directory.ts'
import type { ReadingStore } from './store.ts'

/** Readings of open days that are stored at once. */
const openReadings = 5_000

export interface BulkImportContext {
  load: BulkLoad
  store: ReadingStore
  directory: SensorDirectory
  daysOf: DaysOf
  clock: Clock
  onCommitted(committed: Committed): void
  onCounted(answer: IngestAnswer, suspect: number): void
}

/** What was committed of a request, for the sender's quota. */
export type OnStored = (readings: { closed: number; open: number }) => Promise<void>

export type BulkImport = ReturnType<typeof createBulkImport>

/**
 * Runs of readings, line by line: those of closed days go straight into segments, those of open days the way of
 * ingest. While one group is written the next is read; the same day never goes two ways at once, so that a later line
 * replaces what an earlier one said.
 */
export function createBulkImport(context: BulkImportContext) {
  const { load, store, directory, daysOf, clock } = context

  /** Answers after everything is committed. After an error some of it may be, and the same may be sent again. */
  return async (sender: Principal, lines: AsyncIterable<Line[]>, onStored: OnStored): Promise<IngestAnswer> => {
    const answer = nothing()
    // One moment for the whole body, or a day that closes meanwhile would go both ways.
    const startedMs = clock.now()
    let group = createDayGroup()
    let open = { batch: emptyBatch(), floorIds: new Set<number>() }
    const writing = new Map<Promise<void>, ReadonlyMap<number, unknown>>()
    let failure: { error: unknown } | undefined

    const reject = (code: RejectionCode, readings: number, index: number, position?: number): void => {
      answer.rejected += readings
      if (answer.errors.length >= ingestLimits.errorsTold) return
      const error: IngestError = { index, code, detail: rejections[code] }
      answer.errors.push(position === undefined ? error : { ...error, position })
    }

    const settled = async (): Promise<void> => {
      await Promise.all(writing.keys())
      if (failure) throw failure.error
    }

    const writeGroup = async (): Promise<void> => {
      const { days, keys } = group
      group = createDayGroup()
      const isWritten = [...writing.values()].some((others) => [...keys.keys()].some((key) => others.has(key)))
      if (isWritten) await settled()
      await load.lane()
      const write = async (): Promise<void> => {
        const given = days()
        const { stored, duplicates, refused, changed } = await load.store(given).catch((error: unknown) => {
          // Whether it was committed nobody knows.
          tellNewest(given)
          throw error
        })
        answer.stored += stored
        answer.duplicates += duplicates
        for (const { piece, code } of refused) reject(code, piece.readings.atMs.length, piece.line, piece.position)
        if (stored > 0) tellNewest(changed)
        await onStored({ closed: stored + duplicates, open: 0 })
      }
      const task = write()
        .catch((error: unknown) => {
          failure ??= { error }
        })
        .finally(() => writing.delete(task))
      writing.set(task, keys)
      if (failure) throw failure.error
    }

    /** Whether one of them is the newest of its sensor is for others to find out. */
    const tellNewest = (changed: readonly GivenDay[]): void => {
      const batch = emptyBatch()
      const floorIds = new Set<number>()
      for (const { sensorId, floorId, pieces } of changed) {
        for (const { readings } of pieces) {
          const last = readings.atMs.length - 1
          store.newest.note(sensorId, readings.atMs[last] as number)
          push(batch, sensorId, readings, last, last + 1)
          floorIds.add(floorId)
        }
      }
      context.onCommitted({ batch, floorIds, isNew: false })
    }

    const writeOpen = async (): Promise<void> => {
      const { batch, floorIds } = open
      open = { batch: emptyBatch(), floorIds: new Set() }
      const counts = await store.add(batch, clock.now()).catch((error: unknown) => {
        context.onCommitted({ batch, floorIds, isNew: false })
        throw error
      })
      answer.stored += counts.stored
      answer.duplicates += counts.duplicates
      context.onCommitted({ batch, floorIds, isNew: counts.isNew })
      await onStored({ closed: 0, open: batch.sensorIds.length })
    }

    const takeRun = async (sensor: KnownSensor, judged: JudgedRun, line: number): Promise<void> => {
      const { readings, positions } = judged
      const { startsMs } = await daysOf(sensor.timezone, startedMs)
      for (let from = 0; from < readings.atMs.length; ) {
        const span = spanOf(startsMs, readings.atMs[from] as number)
        let to = from + 1
        while (to < readings.atMs.length && isWithin(span, readings.atMs[to] as number)) to++
        if (isSealable(span.toMs, startedMs)) {
          if (group.isFullFor(sensor, span)) await writeGroup()
          group.add(sensor, span, { readings: cut(readings, from, to), line, position: positions?.[from] ?? from })
        } else {
          open.floorIds.add(sensor.floorId)
          for (; from < to; from += openReadings) {
            push(open.batch, sensor.id, readings, from, Math.min(to, from + openReadings))
            if (open.batch.sensorIds.length >= openReadings) await writeOpen()
          }
        }
        from = to
      }
    }

    const breathe = createBreather()
    let suspect = 0
    try {
      for await (const some of lines) {
        const sent = some.map(({ bytes, line }) => ({ run: parseRun(bytes), line }))
        const lookup = await lookupFor(sent, sender)
        await breathe()
        for (const { run, line } of sent) {
          if (typeof run === 'string') {
            reject(run, 1, line)
            continue
          }
          const judged = judgeRun(run, lookup, clock.now())
          suspect += judged.suspect
          for (const { code, readings, position } of judged.rejected) reject(code, readings, line, position)
          if (judged.sensor) await takeRun(judged.sensor, judged, line)
          await breathe()
        }
      }
      if (!group.isEmpty()) await writeGroup()
      if (open.batch.sensorIds.length > 0) await writeOpen()
      await settled()
    } finally {
      // What is being written holds the request's share of memory until it is.
      await Promise.all(writing.keys())
      context.onCounted(answer, suspect)
    }
    return answer
  }

  /** All sensors that lines name, in one query where not all are remembered. */
  function lookupFor(sent: readonly { run: unknown }[], sender: Principal): Promise<SensorLookup> {
    const named = sensorsNamedBy(sent.map(({ run }) => run))
    return directory.lookup(named, sender)
  }
}

function spanOf(startsMs: Float64Array, atMs: number): DaySpan {
  const index = dayIndexOf(startsMs, atMs)
  return { index, fromMs: startsMs[index] as number, toMs: startsMs[index + 1] as number }
}

const isWithin = ({ fromMs, toMs }: DaySpan, atMs: number): boolean => atMs >= fromMs && atMs < toMs

function push(batch: Batch, sensorId: number, readings: JudgedRun['readings'], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    batch.sensorIds.push(sensorId)
    batch.atMs.push(readings.atMs[i] as number)
    batch.values.push(readings.values[i] as number)
    batch.qualities.push(readings.qualities[i] as number)
  }
}
