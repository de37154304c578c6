import {
  ingestLimits,
  type MeterReplacement,
  type MeterReplacementInput,
  sensorKinds,
  type SensorType,
} from '@plenum/contract'
import type { Kysely } from 'kysely'
import { append, type By } from '#audit'
import type { Person, Scope } from '#auth'
import { brokenConstraint, type Clock, sqlState, type Tables } from '#platform'
import { stepsOf } from './counter-steps.ts'
import { readingErrors } from './errors.ts'
import { type Doer, type MeteredSensor, type ReplacementRow, replacementStore } from './replacement-store.ts'
import { sealStore } from './seal-store.ts'
import { decodeReadings, decodeSteps, encodeSteps } from './segment-codec.ts'
import { parseTimestamp } from './timestamp.ts'

export type Replacements = ReturnType<typeof createReplacements>

/** Meters that were replaced: who says so, with the last reading of the old one and the first of the new one. */
export function createReplacements({ db, clock }: { db: Kysely<Tables>; clock: Clock }) {
  const doer = ({ userId, email }: Person): Doer => ({ userId, email, at: new Date(clock.now()) })

  /** @throws replacement_sensor_not_found also where it is out of scope */
  const sensorOf = async (sensorId: number, scope: Scope): Promise<MeteredSensor> => {
    const sensor = await replacementStore.sensor(db, sensorId, scope)
    if (sensor === undefined) throw readingErrors.replacement_sensor_not_found()
    return sensor
  }

  return {
    /**
     * @throws replacement_sensor_not_found, replacement_not_of_counter, replacement_time_invalid,
     *   replacement_instant_taken, replacement_readings_gone
     */
    async declare(sensorId: number, input: MeterReplacementInput, person: Person, by: By): Promise<MeterReplacement> {
      const sensor = await sensorOf(sensorId, person.scope)
      const { behaviour } = sensorKinds[sensor.sensor_type as SensorType]
      if (behaviour !== 'counter') throw readingErrors.replacement_not_of_counter()
      const at = instantOf(input.at, clock.now())
      const given = {
        sensorId,
        scope: person.scope,
        at,
        finalReading: input.final_reading,
        firstReading: input.first_reading,
        note: input.note ?? null,
      }
      try {
        return await db.transaction().execute(async (tx) => {
          // Before the lock, as whoever deletes a sensor has its row before the lock: so neither waits for the other.
          const row = await replacementStore.add(tx, given, doer(person))
          await sealStore.lock(tx, [sensorId])
          await keepStepsAround(tx, sensorId, at)
          const after = toReplacement(row)
          await append(tx, by, { action: 'meter_replacement.declare', ...toldOf(row, sensor), after: { ...after } })
          return after
        })
      } catch (error) {
        const constraint = brokenConstraint(error)
        // not_null_violation: it was moved out of scope meanwhile.
        if (constraint === 'meter_replacement_sensor_id_fkey' || sqlState(error) === '23502')
          throw readingErrors.replacement_sensor_not_found({}, error)
        if (constraint !== 'meter_replacement_instant_taken') throw error
        throw readingErrors.replacement_instant_taken('Withdraw that one first.', error)
      }
    },

    /** @throws replacement_sensor_not_found */
    async list(sensorId: number, scope: Scope): Promise<MeterReplacement[]> {
      await sensorOf(sensorId, scope)
      return (await replacementStore.ofSensor(db, sensorId, scope)).map(toReplacement)
    },

    /** @throws replacement_not_found, replacement_withdrawn */
    async withdraw(sensorId: number, id: number, person: Person, by: By): Promise<MeterReplacement> {
      const { scope } = person
      const withdrawn = await db.transaction().execute(async (tx) => {
        const row = await replacementStore.withdraw(tx, { sensorId, id, scope }, doer(person))
        if (!row) return null
        const after = toReplacement(row)
        const before = { ...after, withdrawn_at: null, withdrawn_by: null }
        const sensor = await replacementStore.sensor(tx, sensorId, scope)
        const event = { ...toldOf(row, sensor), before, after: { ...after } }
        await append(tx, by, { action: 'meter_replacement.withdraw', ...event })
        return after
      })
      if (withdrawn) return withdrawn
      const all = await replacementStore.ofSensor(db, sensorId, scope)
      if (all.some((one) => one.id === id)) throw readingErrors.replacement_withdrawn()
      throw readingErrors.replacement_not_found()
    },
  }
}

/** Which replacement of which sensor, for the audit log. */
const toldOf = ({ id, sensor_id }: ReplacementRow, sensor: MeteredSensor | undefined) => ({
  thing: { kind: 'meter_replacement', id, name: sensor?.name },
  buildingId: sensor?.building_id,
  details: { sensor_id },
})

/** @throws replacement_time_invalid */
function instantOf(text: string, nowMs: number): Date {
  const ms = parseTimestamp(text)
  const detail = Number.isNaN(ms)
    ? 'must be an RFC 3339 date and time with a zone'
    : ms > nowMs
      ? 'must not be in the future'
      : ms < ingestLimits.oldestMs
        ? 'must not be before 1990'
        : null
  if (detail === null) return new Date(ms)
  throw readingErrors.replacement_time_invalid({ detail: `at ${detail}.`, errors: [{ path: 'at', detail }] })
}

/**
 * Where the day is sealed already, the readings around the instant are noted beside its figures, so that they are known
 * also when its readings are gone.
 * @throws replacement_readings_gone where they are gone, and the instant is not before or after all of them
 */
async function keepStepsAround(tx: Kysely<Tables>, sensorId: number, at: Date): Promise<void> {
  const segment = await replacementStore.segmentAt(tx, sensorId, at)
  const known = segment && decodeSteps(segment)
  if (!known) return
  const atMs = at.getTime()
  if (segment.step_ms === null) {
    if (atMs > known.firstGoodMs && atMs <= known.lastGoodMs) throw readingErrors.replacement_readings_gone()
    return
  }
  const instants = await replacementStore.instants(tx, [sensorId])
  const steps = stepsOf(decodeReadings(segment), instants.get(sensorId))?.steps ?? []
  await replacementStore.keepSteps(tx, segment, encodeSteps(steps, segment.from_ms))
}

const toReplacement = (row: ReplacementRow): MeterReplacement => ({
  id: row.id,
  sensor_id: row.sensor_id,
  at: row.at.toISOString(),
  final_reading: row.final_reading,
  first_reading: row.first_reading,
  note: row.note,
  declared_at: row.declared_at.toISOString(),
  declared_by: { user_id: row.declared_by, email: row.declared_by_email },
  withdrawn_at: row.withdrawn_at?.toISOString() ?? null,
  withdrawn_by:
    row.withdrawn_by === null ? null : { user_id: row.withdrawn_by, email: row.withdrawn_by_email as string },
})
