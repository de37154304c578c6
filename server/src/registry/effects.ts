import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import type { RegistryChange } from './change.ts'

/** What the registry causes elsewhere; given by the composition root, because those slices stand above it. */
export interface RegistryEffects {
  /** Something of the registry is no longer what it was. */
  changed(change: RegistryChange): void
  /** In the transaction that deletes the sensor. */
  deleteReadings(tx: Kysely<Tables>, sensorId: number): Promise<void>
}
