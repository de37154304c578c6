import { encodeCopy } from './binary-copy.ts'

/** Readings, one at each index. */
export interface ReadingRows {
  length: number
  sensorIds: Int32Array
  atMs: Float64Array
  values: Float64Array
  /** 0 good, 1 suspect, as ingest would say. */
  qualities: Uint8Array
}

/** Readings as they come, without knowing how many there will be. */
export function collectRows(capacity = 1 << 16) {
  let size = capacity
  let [sensorIds, atMs, values, qualities] = columnsOf(size)
  let length = 0
  const grow = (): void => {
    size *= 2
    const wider = columnsOf(size)
    wider[0].set(sensorIds)
    wider[1].set(atMs)
    wider[2].set(values)
    wider[3].set(qualities)
    ;[sensorIds, atMs, values, qualities] = wider
  }
  return {
    add(sensorId: number, ms: number, value: number, suspect: boolean): void {
      if (length === size) grow()
      sensorIds[length] = sensorId
      atMs[length] = ms
      values[length] = value
      qualities[length++] = suspect ? 1 : 0
    },
    rows: (): ReadingRows => ({ length, sensorIds, atMs, values, qualities }),
  }
}

const columnsOf = (size: number) =>
  [new Int32Array(size), new Float64Array(size), new Float64Array(size), new Uint8Array(size)] as const

/** In the order of the rows. */
export const copyOfRows = ({ length, sensorIds, atMs, values, qualities }: ReadingRows): Buffer[] =>
  encodeCopy(length, (take) => {
    for (let i = 0; i < length; i++)
      take(sensorIds[i] as number, qualities[i] as number, atMs[i] as number, values[i] as number)
  })

/** Sensor after sensor, each in the order it was in. */
export function bySensor(rows: ReadingRows): Map<number, ReadingRows> {
  const counts = new Map<number, number>()
  for (let i = 0; i < rows.length; i++) {
    const id = rows.sensorIds[i] as number
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const collected = new Map([...counts].map(([id, count]) => [id, collectRows(count)]))
  for (let i = 0; i < rows.length; i++) {
    const id = rows.sensorIds[i] as number
    collected.get(id)?.add(id, rows.atMs[i] as number, rows.values[i] as number, rows.qualities[i] === 1)
  }
  return new Map([...collected].map(([id, { rows: done }]) => [id, done()]))
}

/** As they would have come in. */
export function inOrderOfTime({ length, sensorIds, atMs, values, qualities }: ReadingRows): ReadingRows {
  const order = Uint32Array.from({ length }, (_, i) => i).sort((a, b) => (atMs[a] as number) - (atMs[b] as number))
  return {
    length,
    sensorIds: Int32Array.from(order, (i) => sensorIds[i] as number),
    atMs: Float64Array.from(order, (i) => atMs[i] as number),
    values: Float64Array.from(order, (i) => values[i] as number),
    qualities: Uint8Array.from(order, (i) => qualities[i] as number),
  }
}
