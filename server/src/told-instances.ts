import type { Bus, Cache, Repaid } from '#platform'
import type { Dashboard } from '#dashboard'
import type { Live } from '#live'
import type { Committed, Readings } from '#readings'
import type { Registry, RegistryChange } from '#registry'

type Offers = ReturnType<Readings['latest']['tell']>['offers']

interface Told {
  bus: Bus
  cache: Cache
  registry: Registry
  readings: Readings
  dashboard: Dashboard
  live: Live
}

/**
 * What a commit here changes in what is remembered: in this process at once, in Redis, and on other instances as soon
 * as they hear of it. Copies first, then what is made of them.
 */
export function tellInstances({ bus, cache, registry, readings, dashboard, live }: Told) {
  const readingsShow = (floorIds: readonly number[]): void => {
    dashboard.readingsArrived(new Set(floorIds))
    live.changed(floorIds)
  }
  const registryShows = (change: RegistryChange): void => {
    dashboard.registryChanged(change)
    live.changed(null)
  }
  const forgetLatest = (change: RegistryChange, how: 'drop' | 'forget'): void =>
    // With a sensor its interval may have changed, by which its latest reading is remembered, or all that it read.
    readings.latest.kind[how](change && change.sensors)

  bus.subscribe('readings', (message) => {
    const { offers, floorIds } = message as { offers: Offers; floorIds: number[] }
    if (readings.latest.kind.hear(offers)) readingsShow(floorIds)
  })
  bus.subscribe('registry', (message) => {
    const change = message as RegistryChange
    registry.remembered.heard(change)
    forgetLatest(change, 'forget')
    registryShows(change)
  })
  bus.subscribe('repaid', (message) => {
    cache.forget(message as Repaid)
    registryShows(null)
  })
  bus.onGap(() => {
    cache.forgetAll()
    registryShows(null)
  })

  return {
    readingsCommitted({ batch, floorIds, isNew }: Committed): void {
      const { mayShow, offers } = readings.latest.tell(batch, isNew)
      if (offers.length === 0) return
      if (bus.state() !== 'alone') bus.publish('readings', { offers, floorIds: [...floorIds] })
      if (mayShow) readingsShow([...floorIds])
    },
    registryChanged(change: RegistryChange): void {
      forgetLatest(change, 'drop')
      bus.publish('registry', change)
      registryShows(change)
    },
    repaid(repaid: Repaid): void {
      bus.publish('repaid', repaid)
      cache.forget(repaid)
      registryShows(null)
    },
  }
}
