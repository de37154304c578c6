import type { Offer, Order } from '../../src/platform/cache-copies.ts'
import type { Shared, SharedCopy } from '../../src/platform/cache-shared.ts'
import type { Stepper } from './stepper.ts'

type Held<V> = { dropped: number } | (SharedCopy<V> & { epoch: number })

/**
 * The rules of cache-scripts.ts once more, for a model that needs each command to take effect, and each answer to come,
 * in a step of its own. cache-scripts.test.ts compares it with the scripts on a real Redis.
 */
export function createCopiesInMemory<V>(order: Order<V>, now: () => number) {
  let epochs = 0
  let epoch: number | null = null
  let change = 0
  const held = new Map<number, Held<V>>()
  const valueAt = (id: number) => {
    const one = held.get(id)
    return one && 'epoch' in one && one.epoch === epoch && one.untilMs > now() ? one : undefined
  }

  const rules = {
    read(ids: readonly number[]) {
      epoch ??= ++epochs
      const found = new Map<number, SharedCopy<V>>()
      for (const id of ids) {
        const one = valueAt(id)
        if (one) found.set(id, { value: one.value, untilMs: one.untilMs, lifeMs: one.lifeMs })
      }
      return { began: { epoch: String(epoch), change, atMs: now() }, found }
    },
    fill(began: { epoch: string; change: number }, values: readonly { id: number; value: V; lifeMs: number }[]) {
      if (epoch === null || began.epoch !== String(epoch)) return
      for (const { id, value, lifeMs } of values) {
        const one = held.get(id)
        const isNewer = one !== undefined && 'dropped' in one && one.dropped > began.change
        if (!valueAt(id) && !isNewer) held.set(id, { value, lifeMs, untilMs: now() + lifeMs, epoch })
      }
    },
    offer(offers: readonly Offer<V>[]) {
      change++
      for (const { id, at, value, isNew } of offers) {
        const one = valueAt(id)
        const heldAt = one ? order.atOf(one.value) : Number.NaN
        if (heldAt > at || (one && heldAt === at && order.isSame(one.value, value))) continue
        if (one && isNew && heldAt < at) held.set(id, { ...one, value, untilMs: now() + one.lifeMs })
        else held.set(id, { dropped: change })
      }
    },
    drop(ids: readonly number[]) {
      change++
      for (const id of ids) held.set(id, { dropped: change })
    },
    dropAll(): void {
      epoch = ++epochs
    },
    flush(): void {
      epoch = null
      change = 0
      held.clear()
    },
  }

  /**
   * As one instance reaches it, command after command, answer after answer.
   * @param isAway asked when a command arrives, and again when its answer does
   */
  const connect = ({ line }: Stepper, isAway: () => boolean) => {
    const [commands, answers] = [line(), line()]
    let lost = 0
    const ask = async <T>(command: () => T, isWrite = false): Promise<T | undefined> => {
      let answer: T | undefined
      let isLost = false
      await commands(() => {
        isLost = isAway()
        if (!isLost) answer = command()
        else if (isWrite) {
          lost++
          // By then whoever asked knows.
          void answers(() => setImmediate(() => lost--))
        }
      })
      await answers(() => {
        isLost ||= isAway()
      })
      return isLost ? undefined : answer
    }
    const asked = async (command: () => void): Promise<boolean> =>
      (await ask(() => {
        command()
        return true
      }, true)) === true
    const shared: Shared<V> = {
      read: (ids) => ask(() => rules.read(ids)),
      async fill(began, values) {
        await ask(() => rules.fill(began, values))
      },
      offer: (offers) => asked(() => rules.offer(offers)),
      drop: (ids) => asked(() => rules.drop(ids)),
      dropAll: () => asked(rules.dropAll),
    }
    /** Writes that did not arrive, as far as their sender does not know it yet. */
    return { shared, commands, lost: () => lost }
  }
  return { ...rules, connect }
}
