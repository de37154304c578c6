import type { Bus } from '#platform'

/** What follows from a change, on every instance: what it remembers of it is dropped, and whoever watches is told. */
export interface Effects {
  /** Readings of these floors were committed. */
  readingsArrived(floorIds: Iterable<number>): void
  registryChanged(): void
  /** What somebody may do or see. */
  accessChanged(): void
}

/** A message holds all that happened since the one before: a few a second, however many gateways report. */
const gatherMs = 250

/** Called at once, and then at most once in so many milliseconds, the last time after the last call. */
function atMostEvery(everyMs: number, call: () => void) {
  let isResting = false
  let isAsked = false
  const rest = (): void => {
    isResting = true
    const timer = setTimeout(() => {
      isResting = false
      if (isAsked) now()
    }, everyMs)
    timer.unref()
  }
  const now = (): void => {
    isAsked = false
    call()
    rest()
  }
  return {
    ask: (): void => {
      isAsked = true
      if (!isResting) now()
    },
    /** What was asked for and not yet done. */
    finish: (): void => {
      if (isAsked) now()
    },
  }
}

/**
 * Effects that take place here, and on all other instances by way of the bus. Messages are hints: they say what to look
 * at again, never what to believe, so that one that is late, doubled or lost shows nothing wrong for longer than it
 * takes to look by oneself (ADR 0026).
 * @param here what takes place on this instance
 */
export function onAllInstances(bus: Bus, here: Effects): Effects & { finish(): void } {
  const floorIds = new Set<number>()
  const readings = atMostEvery(gatherMs, () => {
    bus.publish('readings', [...floorIds])
    floorIds.clear()
  })
  const registry = atMostEvery(gatherMs, () => bus.publish('registry', null))

  bus.subscribe('readings', (message) => {
    // Another version may be running, for the minutes of an update.
    if (Array.isArray(message)) here.readingsArrived(message.filter((id): id is number => Number.isInteger(id)))
  })
  bus.subscribe('registry', () => here.registryChanged())
  bus.subscribe('access', () => here.accessChanged())
  bus.onGap(() => {
    here.registryChanged()
    here.accessChanged()
  })

  return {
    readingsArrived(ids) {
      const arrived = new Set(ids)
      here.readingsArrived(arrived)
      for (const id of arrived) floorIds.add(id)
      readings.ask()
    },
    registryChanged() {
      here.registryChanged()
      registry.ask()
    },
    accessChanged() {
      here.accessChanged()
      bus.publish('access', null)
    },
    /** Before this instance ends. */
    finish() {
      readings.finish()
      registry.finish()
    },
  }
}
