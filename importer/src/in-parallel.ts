/**
 * Runs `task` on every item, at most `limit` at once. After the first failure no further item is begun; those
 * that run are waited for, so that nothing is still at work when the failure arrives.
 */
export async function inParallel<T>(items: T[], limit: number, task: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < items.length && !failed) {
      try {
        await task(items[next++] as T)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker))
  const failure = workers.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
}
