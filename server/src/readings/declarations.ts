import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { LightMyRequestResponse } from 'fastify'

/** For tests: roll-over values and meter replacements, declared at random and counted in plain sight. */

/** What is declared of a meter. */
export interface Declared {
  rollover: number | null
  replacements: { id: number; atMs: number; final: number; first: number }[]
}

export type Declaration = { rollover: number | null } | { replace: Replaced } | { withdraw: number }

type Ask = (method: 'POST' | 'PATCH', url: string, body?: unknown) => Promise<LightMyRequestResponse>

interface Replaced {
  step: number
  /** At a reading, and just beside one. */
  besideMs: number
  final: number
  first: number
}
const register = fc.integer({ min: 0, max: 400 }).map((tenths) => tenths / 10)
/** Steps are met again and again by readings, so that many a replacement is at one. */
const replacedWithin = (steps: number): fc.Arbitrary<Replaced> =>
  fc.record({
    step: fc.oneof(
      fc.nat(steps),
      fc.nat(10).map((n) => n * 16),
    ),
    besideMs: fc.constantFrom(0, 0, 1, -1),
    final: register,
    first: register,
  })
export const declarationWithin = (steps: number): fc.Arbitrary<Declaration> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ rollover: fc.constantFrom(null, 5, 33.3, 40, 60, 1_000) }) },
    { weight: 2, arbitrary: fc.record({ replace: replacedWithin(steps) }) },
    { weight: 1, arbitrary: fc.record({ withdraw: fc.nat(3) }) },
  )

const fall = (before: number, after: number, rollover: number | null): 'no' | 'roll-over' | 'reset' => {
  if (after >= before) return 'no'
  const fits = rollover !== null && before <= rollover && rollover - before + after <= rollover / 2
  return fits ? 'roll-over' : 'reset'
}

/** What rose between two good readings, told case by case. */
export function rose(
  before: { atMs: number; value: number },
  after: { atMs: number; value: number },
  { rollover, replacements }: Declared,
): number {
  const stretch = (from: number, to: number, onReset: number): number =>
    ({ no: to - from, 'roll-over': (rollover ?? 0) - from + to, reset: onReset })[fall(from, to, rollover)]
  const between = replacements
    .filter(({ atMs }) => atMs > before.atMs && atMs <= after.atMs)
    .sort((a, b) => a.atMs - b.atMs)
  if (between.length === 0) return stretch(before.value, after.value, after.value)
  const begins = [before.value, ...between.map(({ first }) => first)]
  const ends = [...between.map(({ final }) => final), after.value]
  return begins.reduce((sum, begin, i) => sum + stretch(begin, ends[i] as number, 0), 0)
}

/** Each at once, and so with days sealed before and readings that come later. */
export async function declare(
  { as, nowMs }: { as: Ask; nowMs: number },
  action: Declaration,
  atStep: (step: number) => number,
  meter: number,
  declared: Declared,
): Promise<void> {
  const path = `/api/sensors/${meter}/meter-replacements`
  if ('rollover' in action) {
    const answer = await as('PATCH', `/api/sensors/${meter}`, { rollover_value: action.rollover })
    assert.equal(answer.statusCode, 200, answer.body)
    declared.rollover = action.rollover
  } else if ('withdraw' in action) {
    const [one] = declared.replacements.splice(action.withdraw, 1)
    if (!one) return
    const answer = await as('POST', `${path}/${one.id}/withdraw`)
    assert.equal(answer.statusCode, 200, answer.body)
  } else {
    const { step, besideMs, final, first } = action.replace
    const atMs = atStep(step) + besideMs
    const taken = declared.replacements.some((one) => one.atMs === atMs)
    const body = { at: new Date(atMs).toISOString(), final_reading: final, first_reading: first }
    const answer = await as('POST', path, body)
    assert.equal(answer.statusCode, atMs > nowMs ? 422 : taken ? 409 : 201, answer.body)
    if (answer.statusCode === 201)
      declared.replacements.push({ id: answer.json<{ id: number }>().id, atMs, final, first })
  }
}
