import type { Batch } from './batch.ts'

interface Waiting<Result> {
  batch: Batch
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Writers that share their commits: while all of them are busy, what comes waits, and the next writer that is free
 * takes as much of it as fits. So nothing is ever delayed for the sake of a larger group, the first batch of an idle
 * server goes at once, and groups grow by themselves when there is more to do than a commit a batch allows.
 *
 * What waits is bounded by admission, which counts a body until it is answered.
 * @param write commits a group; what it returns or throws, each batch of the group is told
 */
export function createGroupCommit<Result>({
  writers,
  maxReadings,
  write,
}: {
  writers: number
  /** Of a group; one batch that is larger is a group of its own. */
  maxReadings: number
  write(group: readonly Batch[]): Promise<Result>
}): (batch: Batch) => Promise<Result> {
  const waiting: Waiting<Result>[] = []
  let busy = 0

  const takeGroup = (): Waiting<Result>[] => {
    let count = 0
    let readings = 0
    for (const { batch } of waiting) {
      readings += batch.sensorIds.length
      if (count > 0 && readings > maxReadings) break
      count++
    }
    return waiting.splice(0, count)
  }

  const commit = async (group: readonly Waiting<Result>[]): Promise<void> => {
    busy++
    try {
      const result = await write(group.map(({ batch }) => batch))
      for (const { resolve } of group) resolve(result)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
    busy--
    setImmediate(next)
  }

  const next = (): void => {
    if (busy === writers || waiting.length === 0) return
    void commit(takeGroup())
    next()
  }

  return (batch) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    // What came in the same turn of the event loop may go together.
    if (waiting.push({ batch, resolve, reject }) === 1) setImmediate(next)
    return promise
  }
}
