import { type Batch, emptyBatch } from './batch.ts'

/**
 * A batch in the order of the primary key, without repeated identities.
 *
 * One statement can write a row only once, and requests that write the same rows in different orders would block each
 * other for ever; so rows are sorted, and where a batch names an identity several times it is told apart: `first` holds
 * the first value of every identity, `last` the final value of those that a batch changes again. Writing `first`, then
 * `last`, leaves the table as if the readings had come one by one. The changes in between are counted here.
 */
export interface Distinct {
  first: Batch
  last: Batch
  /** Changes that are overwritten within the batch, so that no statement sees them. */
  overwritten: number
}

export function distinct(batch: Batch): Distinct {
  const { sensorIds, atMs } = batch
  const count = sensorIds.length
  let inOrder = true
  for (let i = 1; i < count && inOrder; i++) {
    const bySensor = (sensorIds[i] as number) - (sensorIds[i - 1] as number)
    inOrder = bySensor > 0 || (bySensor === 0 && (atMs[i] as number) > (atMs[i - 1] as number))
  }
  if (inOrder) return { first: batch, last: emptyBatch(), overwritten: 0 }

  const order = Uint32Array.from({ length: count }, (_, i) => i)
  order.sort(
    (a, b) => (sensorIds[a] as number) - (sensorIds[b] as number) || (atMs[a] as number) - (atMs[b] as number) || a - b,
  )
  return fold(batch, order)
}

function fold({ sensorIds, atMs, values, qualities }: Batch, order: Uint32Array): Distinct {
  const first = emptyBatch()
  const last = emptyBatch()
  let overwritten = 0
  const put = (to: Batch, i: number) => {
    to.sensorIds.push(sensorIds[i] as number)
    to.atMs.push(atMs[i] as number)
    to.values.push(values[i] as number)
    to.qualities.push(qualities[i] as number)
  }
  for (let from = 0; from < order.length; ) {
    const head = order[from] as number
    let to = from + 1
    let changes = 0
    for (; to < order.length; to++) {
      const i = order[to] as number
      if (sensorIds[i] !== sensorIds[head] || atMs[i] !== atMs[head]) break
      if (values[i] !== values[order[to - 1] as number]) changes++
    }
    put(first, head)
    const final = order[to - 1] as number
    // Of all changes after the first value the table sees at most one: the step from first to final.
    const seen = values[final] === values[head] ? 0 : 1
    if (seen === 1) put(last, final)
    overwritten += changes - seen
    from = to
  }
  return { first, last, overwritten }
}
