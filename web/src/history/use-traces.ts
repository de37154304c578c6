import type { Sensor } from '@plenum/contract'
import { useMemo } from 'react'
import { useUnits } from '../platform/preferences.ts'
import { type Trace, tracesOf } from './panels.ts'
import type { FinderFloor } from './sensor-finder.ts'

/** The same list as long as nothing in it changes, so that charts are not made anew. */
export const useTraces = (
  sensorIds: readonly number[],
  sensors: ReadonlyMap<number, Sensor>,
  floors: readonly FinderFloor[],
): Trace[] => {
  const units = useUnits()
  const key = sensorIds.join()
  return useMemo(
    () =>
      tracesOf(
        key === '' ? [] : key.split(',').map(Number),
        sensors,
        new Map(floors.map(({ id, name }) => [id, name])),
        units,
      ),
    [key, sensors, floors, units],
  )
}
