import type { Bus, Offer, Repaid } from '#platform'
import type { Latest } from '#readings'
import type { RegistryChange } from '#registry'

/** What follows on this instance from what another one did: first for what is remembered, then for who watches. */
export interface Effects {
  /** @returns whether what somebody sees may be another now */
  hearReadings(offers: readonly Offer<Latest>[]): boolean
  hearRegistry(change: RegistryChange): void
  /** @param what null: all that is remembered */
  forget(what: Repaid | null): void
  /** These floors may look another way. */
  readingsShow(floorIds: readonly number[]): void
  registryShows(change: RegistryChange): void
  /** What somebody may do or see. */
  accessChanged(): void
}

const isIds = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isInteger)
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isOffer = (value: unknown): value is Offer<Latest> =>
  isObject(value) && Number.isInteger(value['id']) && typeof value['at'] === 'number' && isObject(value['value'])
const isReadings = (value: unknown): value is { offers: Offer<Latest>[]; floorIds: number[] } =>
  isObject(value) && isIds(value['floorIds']) && Array.isArray(value['offers']) && value['offers'].every(isOffer)
const isChange = (value: unknown): value is RegistryChange =>
  value === null || (isObject(value) && ['buildings', 'floors', 'sensors'].every((things) => isIds(value[things])))
const isRepaid = (value: unknown): value is Repaid =>
  isObject(value) && typeof value['kind'] === 'string' && (value['ids'] === null || isIds(value['ids']))

/**
 * Tells other instances what was done here, and does here what follows from what they say. Readings are sent with their
 * values, which each instance judges by the rules of ADR 0025; of all else it is said what to read again. A message that
 * is lost is noticed (ADR 0026), and then nothing is believed.
 */
export function onAllInstances(bus: Bus, here: Effects) {
  // Another version may be running, for the minutes of an update: what is not understood may have meant anything.
  const understood =
    <T>(isMeant: (message: unknown) => message is T, follow: (message: T) => void) =>
    (message: unknown): void => {
      if (isMeant(message)) return follow(message)
      forgetAll()
    }
  const forgetAll = (): void => {
    here.forget(null)
    here.registryShows(null)
  }
  bus.subscribe(
    'readings',
    understood(isReadings, ({ offers, floorIds }) => {
      if (here.hearReadings(offers)) here.readingsShow(floorIds)
    }),
  )
  bus.subscribe(
    'registry',
    understood(isChange, (change) => {
      here.hearRegistry(change)
      here.registryShows(change)
    }),
  )
  bus.subscribe(
    'repaid',
    understood(isRepaid, (repaid) => {
      here.forget(repaid)
      here.registryShows(null)
    }),
  )
  bus.subscribe('access', here.accessChanged)
  bus.onGap(() => {
    forgetAll()
    here.accessChanged()
  })

  return {
    /** After they were offered here. @param mayShow whether that changed anything here */
    readingsCommitted(offers: readonly Offer<Latest>[], floorIds: readonly number[], mayShow: boolean): void {
      if (offers.length === 0) return
      bus.publish('readings', { offers, floorIds })
      if (mayShow) here.readingsShow(floorIds)
    },
    /** After it was dropped here. */
    registryChanged(change: RegistryChange): void {
      bus.publish('registry', change)
      here.registryShows(change)
    },
    /** Others may have taken from Redis what was void. */
    repaid(repaid: Repaid): void {
      bus.publish('repaid', repaid)
      here.forget(repaid)
      here.registryShows(null)
    },
    accessChanged(): void {
      here.accessChanged()
      bus.publish('access', null)
    },
  }
}
