/** What became of readings that were sent. */
export interface Tally {
  readings: number
  stored: number
  duplicates: number
  rejected: number
  /**
   * Those of `duplicates` that came in answer to a request that was, or may have been, sent before without its
   * answer arriving: they may be in the database from before the import, or from that lost request of its own.
   */
  ambiguous: number
}

export interface RejectedReading {
  sensorKey: string
  timestamp: string
  code: string
  detail: string
}

export const emptyTally = (): Tally => ({ readings: 0, stored: 0, duplicates: 0, rejected: 0, ambiguous: 0 })

export const addTally = (a: Tally, b: Tally): Tally => ({
  readings: a.readings + b.readings,
  stored: a.stored + b.stored,
  duplicates: a.duplicates + b.duplicates,
  rejected: a.rejected + b.rejected,
  ambiguous: a.ambiguous + b.ambiguous,
})
