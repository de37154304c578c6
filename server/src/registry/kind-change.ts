import { presenceTypes, type SensorType } from '@plenum/contract'

/**
 * Whether a sensor of one kind may become one of another. One of presence stays one, for administrators too: what it
 * has read would be shown to everybody as if it had been something else. One that was entered wrongly is made anew.
 */
export const mayBecome = (before: SensorType, after: SensorType): boolean =>
  !presenceTypes.includes(before) || presenceTypes.includes(after)
