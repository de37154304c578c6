import { ingestLimits } from '@plenum/contract'

/** Bits of a reading's quality, as they are stored. */
export const suspectBit = 1
export const lateBit = 2

/** Whether a reading counts: what is late does, once it is there. */
export const isGood = (quality: number | undefined): boolean => ((quality as number) & suspectBit) === 0
export const isLate = (quality: number | undefined): boolean => ((quality as number) & lateBit) !== 0

/** Of a reading that arrives now. */
export const qualityOf = (isPlausible: boolean, atMs: number, nowMs: number): number =>
  (isPlausible ? 0 : suspectBit) | (nowMs - atMs > ingestLimits.lateMs ? lateBit : 0)
