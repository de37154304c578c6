import { setImmediate } from 'node:timers/promises'

export type Stepper = ReturnType<typeof createStepper>

/** What goes on at once, taken forward a step at a time in an order that the test chooses. */
export function createStepper() {
  const waiting: (() => void)[] = []
  const step = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve))

  return {
    step,
    /** Things that go on one after the other, as commands on one connection. */
    line(): (work: () => void) => Promise<void> {
      let last: Promise<void> = Promise.resolve()
      return (work) => {
        last = last.then(step).then(work)
        return last
      }
    },
    /** One of those that wait goes on. */
    async run(pick: number): Promise<void> {
      if (waiting.length === 0) return
      waiting.splice(pick % waiting.length, 1).forEach((resolve) => resolve())
      await setImmediate()
    },
    async runAll(): Promise<void> {
      await setImmediate()
      while (waiting.length > 0) {
        waiting.splice(0).forEach((resolve) => resolve())
        await setImmediate()
      }
    },
  }
}
