import type { FloorSparklines } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import type { SparkSeries } from '../readings/spark-path.ts'
import { floorSparklinesQuery } from './dashboard-queries.ts'

const bySensor = ({ from, step_s, sensors }: FloorSparklines): ReadonlyMap<number, SparkSeries> => {
  const fromMs = Date.parse(from)
  return new Map(sensors.map(({ sensor_id, values }) => [sensor_id, { fromMs, stepMs: step_s * 1000, values }]))
}

const none: ReadonlyMap<number, SparkSeries> = new Map()

/** Small lines are extras: while they load or fail, the tiles do without. */
export const useSparkSeries = (floorId: number) => {
  const { data = none } = useQuery({ ...floorSparklinesQuery(floorId), select: bySensor })
  return data
}
