/**
 * What is stored, whatever form it is stored in: hot rows, sealed segments, late rows over them. Nobody outside this
 * slice knows which.
 */

/** Readings of one sensor in time order, as columns. A sensor's readings may come in several chunks, one after another. */
export interface ReadingChunk {
  sensorId: number
  /** Milliseconds since 1970, UTC. */
  atMs: Float64Array
  values: Float64Array
  /** Bits, see `isGood` and `isLate`. */
  qualities: Uint8Array
}

/**
 * The figures of hours or calendar days, as columns: an object for each bucket of a page would cost more than all their
 * sums. Hours are counted from the building's midnight.
 */
export interface Rollups {
  sensorId: number[]
  /** Start of the bucket, milliseconds since 1970. */
  atMs: number[]
  /** Good readings. */
  count: number[]
  suspect: number[]
  /** Of good readings; NaN where there is none. */
  min: number[]
  max: number[]
  sum: number[]
  /**
   * Of counters: the sum of `counterStep` over consecutive good readings whose later one lies in the bucket. NaN for
   * other kinds.
   */
  increase: number[]
  /**
   * Of states: the part of the covered time in which it was 1; NaN for other kinds. A good reading covers the time until
   * the next one, three intervals of its sensor at the most. Of days sealed by older versions whose readings went, the
   * mean of the readings.
   */
  share: number[]
}

/** A good reading that others are counted from. */
export interface Good {
  atMs: number
  value: number
}

/** A meter that was replaced: between readings before `atMs` and those from then on. */
interface Replacement {
  atMs: number
  /** Of the old meter. */
  finalReading: number
  /** Of the new one. */
  firstReading: number
}

/** What has to be known of a counter to say what a fall of it means. */
export interface Counting {
  /** The value at which its register starts again from 0; null where that is not known. */
  rolloverValue: number | null
  /** In time order. */
  replacements: readonly Replacement[]
}

export interface StoredReadings {
  /** Sensor by sensor in the order given, each in time order; half-open [fromMs, toMs). Memory stays flat. */
  scan(query: {
    sensorIds: readonly number[]
    fromMs: number
    toMs: number
    /** Whether the same days will soon be read again, as by the next page. What is returned may be shared: only read. */
    remember?: boolean
    signal?: AbortSignal
  }): AsyncIterable<ReadingChunk>
  /** Buckets with at least one reading, ordered by (atMs, sensorId). A bucket belongs to the range if its start does. */
  rollups(query: {
    sensorIds: readonly number[]
    fromMs: number
    toMs: number
    unit: 'hour' | 'day'
    signal?: AbortSignal
  }): Promise<Rollups>
  /** The last good reading of each counter before an instant; none for a sensor that has none. */
  lastGoodBefore(query: {
    sensorIds: readonly number[]
    beforeMs: number
    signal?: AbortSignal
  }): Promise<Map<number, Good>>
  /** What falls of these sensors mean. */
  countings(query: { sensorIds: readonly number[]; signal?: AbortSignal }): Promise<Map<number, Counting>>
}
