import type { RetentionStage, SensorType } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { Clock, Log, Metrics, Tables } from '#platform'
import { dateOfDay, dayIndexOf, type DaysOf } from './local-days.ts'
import { createRetention, type Expiry, type Retention } from './retention.ts'
import type { CutOff } from './retention-plan.ts'
import type { Due } from './retention-store.ts'
import { rewriteDays } from './rewrite-days.ts'
import { isCounter } from './seal.ts'
import { sealStore } from './seal-store.ts'
import type { SensorDay } from './segment-codec.ts'
import { timescaleRetentionStore } from './timescale-retention-store.ts'
import { timescaleStore } from './timescale-store.ts'

/** Sensor-days of one transaction. */
const daysPerStep = 64
/** Sensors that are asked about in one statement. */
const sensorsPerPage = 1_000
const packForMs = 60_000

/** A day whose rows are older than the readings of its kind are kept. */
interface OldDay extends SensorDay {
  sensorType: SensorType
  readings: number
  /** Stages at which it is too old, and whether it stays for as long as its sensor is too young. */
  stages: { stage: RetentionStage; held: boolean }[]
}

/**
 * Rows that are too old become segments, and from there on go the way of the native engine: readings are dropped, the
 * figures of hours and days stay.
 */
export function createTimescaleRetention(context: {
  db: Kysely<Tables>
  daysOf: DaysOf
  clock: Clock
  log: Log
  metrics: Metrics
}): Retention {
  const { db, daysOf, clock, log } = context

  async function* oldDays(cutOffs: readonly CutOff[]): AsyncGenerator<OldDay[]> {
    for (const timezone of await sealStore.timezones(db)) {
      const { startsMs } = await daysOf(timezone, clock.now())
      const rawBefore = cutOffs.flatMap(({ sensorType, raw }) =>
        raw === null ? [] : [{ sensorType, beforeMs: startsMs[dayIndexOf(startsMs, raw)] as number }],
      )
      if (rawBefore.length === 0) continue
      const endMs = Math.max(...rawBefore.map(({ beforeMs }) => beforeMs))
      const asked = startsMs.subarray(0, dayIndexOf(startsMs, endMs) + 1)
      for (let after: number | null = 0; after !== null; ) {
        const page = { timezone, after, limit: sensorsPerPage }
        const found = await timescaleRetentionStore.oldRows(db, rawBefore, asked, page)
        yield found.rows.map(({ index, createdMs, ...row }) => {
          const [fromMs, toMs] = [startsMs[index] as number, startsMs[index + 1] as number]
          const cutOff = cutOffs.find(({ sensorType }) => sensorType === row.sensorType) as CutOff
          const counter = isCounter(row.sensorType)
          return { ...row, day: dateOfDay(index), fromMs, toMs, counter, stages: stagesOf(cutOff, toMs, createdMs) }
        })
        after = found.last
      }
    }
  }

  const pack = async (days: readonly SensorDay[]): Promise<void> =>
    db.transaction().execute(async (tx) => {
      await sealStore.lock(tx, [...new Set(days.map(({ sensorId }) => sensorId))])
      await rewriteDays(tx, days)
      await timescaleStore.dropQuarters(tx, days)
    })

  const packOld = async (): Promise<void> => {
    const startedMs = performance.now()
    for await (const found of oldDays(await native.policy.cutOffs())) {
      const due = found.filter((day) => day.stages.some(({ held }) => !held))
      for (let i = 0; i < due.length; i += daysPerStep) {
        if (performance.now() - startedMs > packForMs) return
        await pack(due.slice(i, i + daysPerStep))
      }
    }
    await dropEmptied()
  }

  const dropEmptied = async (): Promise<void> => {
    for (const chunk of await timescaleStore.closedChunks(db, clock.now())) {
      try {
        await timescaleStore.dropIfEmpty(db, chunk)
      } catch (error) {
        log.info({ err: error, chunk }, 'an emptied chunk stays until later')
      }
    }
  }

  const native = createRetention({ ...context, seal: () => timescaleStore.alone(db, 'wait', packOld) })

  return {
    ...native,

    /** Of rows as well; their bytes are what a reading takes on average. */
    async wouldDrop(changes, only) {
      const found = await native.wouldDrop(changes, only)
      const all = await native.policy.cutOffs(changes)
      const cutOffs = only === undefined ? all : all.filter(({ sensorType }) => sensorType === only)
      const bytesPerReading = await timescaleRetentionStore.bytesPerReading(db)
      for await (const days of oldDays(cutOffs))
        for (const day of days)
          for (const { stage, held } of day.stages) {
            const cutOff = cutOffs.find(({ sensorType }) => sensorType === day.sensorType)
            add(found, { sensorType: day.sensorType, stage, beforeMs: cutOff?.[stage] ?? Number.NaN }, day, held)
          }
      for (const expiry of found) if (expiry.bytes === 0) expiry.bytes = Math.round(expiry.readings * bytesPerReading)
      return found.sort((a, b) => order(a, all) - order(b, all))
    },
  }
}

/** As of segments: what goes whole needs not go as readings first. Pure. */
function stagesOf({ raw, rollup }: CutOff, toMs: number, createdMs: number): OldDay['stages'] {
  const goesWhole = rollup !== null && toMs <= rollup
  const wholeHeld = goesWhole && createdMs > rollup
  return [
    ...(goesWhole ? [{ stage: 'rollup' as const, held: wholeHeld }] : []),
    ...(!goesWhole || wholeHeld ? [{ stage: 'raw' as const, held: createdMs > (raw as number) }] : []),
  ]
}

function add(
  found: Expiry[],
  of: Pick<Expiry, 'sensorType' | 'stage' | 'beforeMs'>,
  { readings }: OldDay,
  held: boolean,
): void {
  const none: Due = { sensorType: of.sensorType, days: 0, readings: 0, bytes: 0, heldDays: 0, heldReadings: 0 }
  let sum = found.find(({ sensorType, stage }) => sensorType === of.sensorType && stage === of.stage)
  if (!sum) found.push((sum = { ...none, ...of }))
  sum[held ? 'heldDays' : 'days']++
  sum[held ? 'heldReadings' : 'readings'] += readings
}

/** Figures before readings, kinds in the order of their cut-offs. */
const order = ({ stage, sensorType }: Expiry, cutOffs: readonly CutOff[]): number =>
  (stage === 'rollup' ? 0 : cutOffs.length) + cutOffs.findIndex((cutOff) => cutOff.sensorType === sensorType)
