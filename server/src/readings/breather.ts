/** Work on one thread holds it that long at most: dashboards are answered by the same one. */
const holdsMs = 5

/** To be awaited between the steps of long work: gives others a turn when this has gone on for a while. */
export function createBreather(): () => Promise<void> | undefined {
  let sinceMs = performance.now()
  return () => {
    if (performance.now() - sinceMs < holdsMs) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        sinceMs = performance.now()
        resolve()
      }),
    )
  }
}
