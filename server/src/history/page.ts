/** Identity of a record and its place in the order: when, then which sensor. */
export interface Place {
  atMs: number
  sensorId: number
}

export const byPlace = (a: Place, b: Place): number => a.atMs - b.atMs || a.sensorId - b.sensorId

export interface Page<T> {
  records: T[]
  /** Place of the last record where there are more; null at the end. */
  next: Place | null
}

/** A window that held too few records is followed by one this much wider. */
const growth = 4

/**
 * One page of records in order of place, read window by window: storage gives them sensor by sensor, a page wants them
 * by time, and neither a page of a hundred nor one of a million sensors may hold more than a few windows.
 *
 * A record is found by its place alone, so what arrives between two pages can neither repeat one nor hide one.
 *
 * @param read records of the window [fromMs, toMs) in order; null where it holds too many to be read at once, which a
 * window of `narrowestMs` never does
 * @param widthMs of the first window; every one is a multiple of `narrowestMs`, counted from `fromMs`
 */
export async function readPage<T extends Place>(options: {
  fromMs: number
  toMs: number
  after: Place | null
  limit: number
  widthMs: number
  narrowestMs: number
  read(fromMs: number, toMs: number): Promise<T[] | null>
}): Promise<Page<T>> {
  const { fromMs, toMs, after, limit, narrowestMs, read } = options
  const stepped = (ms: number): number => Math.max(1, Math.ceil(ms / narrowestMs)) * narrowestMs
  let widthMs = stepped(options.widthMs)
  let startMs = after === null ? fromMs : fromMs + Math.floor((after.atMs - fromMs) / narrowestMs) * narrowestMs
  const records: T[] = []
  while (startMs < toMs && records.length <= limit) {
    const endMs = Math.min(startMs + widthMs, toMs)
    const found = await read(startMs, endMs)
    if (found === null && endMs - startMs > narrowestMs) {
      widthMs = stepped((endMs - startMs) / (2 * growth))
      continue
    }
    for (const record of found ?? []) {
      if (after === null || byPlace(record, after) > 0) records.push(record)
      if (records.length > limit) break
    }
    startMs = endMs
    widthMs *= growth
  }
  if (records.length <= limit) return { records, next: null }
  records.length = limit
  const { atMs, sensorId } = records[limit - 1] as T
  return { records, next: { atMs, sensorId } }
}
