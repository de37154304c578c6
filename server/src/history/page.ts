/** Identity of a record and its place in the order: when, then which sensor. */
export interface Place {
  atMs: number
  sensorId: number
}

export const byPlace = (a: Place, b: Place): number => a.atMs - b.atMs || a.sensorId - b.sensorId

/** Records in order of place, as columns. */
export interface Places {
  atMs: ArrayLike<number>
  sensorId: ArrayLike<number>
}

/** A window that held too few records is followed by one this much wider. */
const growth = 4

export interface Windows {
  fromMs: number
  toMs: number
  /** Where the page before ended. */
  after: Place | null
  /** Of the first window; every one is a multiple of `narrowestMs`, counted from `fromMs`. */
  widthMs: number
  narrowestMs: number
}

/**
 * Windows of time for one page, until it is full: storage gives records sensor by sensor, a page wants them by time,
 * and neither a page of a hundred nor one of a million sensors may hold more than a few windows.
 *
 * @param read takes in the window [fromMs, toMs) and says whether that was enough; null where it holds too many records
 * to be read at once, which a window of `narrowestMs` never does
 */
export async function readWindows(
  { fromMs, toMs, after, widthMs: firstMs, narrowestMs }: Windows,
  read: (fromMs: number, toMs: number) => Promise<boolean | null>,
): Promise<void> {
  const stepped = (ms: number): number => Math.max(1, Math.ceil(ms / narrowestMs)) * narrowestMs
  let widthMs = stepped(firstMs)
  let startMs = after === null ? fromMs : fromMs + Math.floor((after.atMs - fromMs) / narrowestMs) * narrowestMs
  while (startMs < toMs) {
    const endMs = Math.min(startMs + widthMs, toMs)
    const enough = await read(startMs, endMs)
    if (enough === true) return
    if (enough === null && endMs - startMs > narrowestMs) {
      widthMs = stepped((endMs - startMs) / (2 * growth))
      continue
    }
    startMs = endMs
    widthMs *= growth
  }
}

/**
 * One page of records in order of place. A record is found by its place alone, so what arrives between two pages can
 * neither repeat one nor hide one.
 *
 * @param read records of the window [fromMs, toMs) in order; null as for `readWindows`
 * @param write is given each record of the page in turn
 * @returns the place of the last record where there are more, null at the end
 */
export async function writePage<T extends Places>(
  windows: Windows & { limit: number },
  read: (fromMs: number, toMs: number) => Promise<T | null>,
  write: (records: T, row: number) => void,
): Promise<Place | null> {
  const { after, limit } = windows
  let written = 0
  let last: Place | null = null
  let more = false
  await readWindows(windows, async (fromMs, toMs) => {
    const records = await read(fromMs, toMs)
    if (records === null) return null
    for (let row = 0; row < records.atMs.length; row++) {
      const place = { atMs: records.atMs[row] as number, sensorId: records.sensorId[row] as number }
      if (after !== null && byPlace(place, after) <= 0) continue
      more = written === limit
      if (more) return true
      write(records, row)
      if (++written === limit) last = place
    }
    return false
  })
  return more ? last : null
}
