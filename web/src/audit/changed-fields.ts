import type { AuditEntry } from '@plenum/contract'

export interface ChangedField {
  name: string
  /** Undefined where the thing was not there, or did not have it. */
  before: unknown
  after: unknown
}

/** A line a field, in the order in which the thing has them. */
export const changedFields = ({ before, after }: Pick<AuditEntry, 'before' | 'after'>): ChangedField[] =>
  [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].map((name) => ({
    name,
    before: before?.[name],
    after: after?.[name],
  }))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value as people read it: lists with commas, records as "name: value". @param word translates yes, no and nothing */
export const fieldText = (value: unknown, word: (name: 'yes' | 'no' | 'nothing') => string): string => {
  if (value === null || value === undefined || value === '') return word('nothing')
  if (typeof value === 'boolean') return word(value ? 'yes' : 'no')
  if (Array.isArray(value))
    return value.length === 0 ? word('nothing') : value.map((one) => fieldText(one, word)).join('; ')
  if (!isRecord(value)) return String(value)
  return Object.entries(value)
    .map(([name, one]) => `${name}: ${fieldText(one, word)}`)
    .join(', ')
}
