import { inShownUnit, type UnitScale } from '../readings/shown-unit.ts'
import type { Columns } from './columns.ts'

/** The same columns give the same answer, so that charts are not made anew. A sensor has one scale at a time. */
const known = new WeakMap<Columns, { unit: string; shown: Columns }>()

/** Columns in the unit that the person reads. */
export const shownColumns = (columns: Columns | undefined, scale: UnitScale | null): Columns | undefined => {
  if (!columns || scale === null) return columns
  const before = known.get(columns)
  if (before?.unit === scale.unit) return before.shown
  const convert = (values: Columns['mean']) =>
    values.map((value) => (value === null ? null : inShownUnit(value, scale)))
  const { low, high, mean } = columns
  const shown = { ...columns, low: convert(low), high: convert(high), mean: convert(mean) }
  known.set(columns, { unit: scale.unit, shown })
  return shown
}
