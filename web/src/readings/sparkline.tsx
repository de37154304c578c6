import type { SensorType } from '@plenum/contract'
import { memo } from 'react'
import { sparkPath, type SparkSeries } from './spark-path.ts'
import classes from './sparkline.module.css'

const box = { width: 72, height: 24 }
/** Room for the stroke and its round caps. */
const margin = 1.5

interface SparklineProps {
  series: SparkSeries
  sensorType: SensorType
  newestAt: string | null
  newestValue: number | null
}

/** The last hour as a thin line. It repeats what the number and the page say, so it is silent to screen readers. */
export const Sparkline = memo(({ series, sensorType, newestAt, newestValue }: SparklineProps) => {
  const newest = newestAt === null || newestValue === null ? null : { atMs: Date.parse(newestAt), value: newestValue }
  const path = sparkPath(series, newest, sensorType, box)
  if (path === '') return null
  return (
    <svg
      className={classes.sparkline}
      viewBox={`${-margin} ${-margin} ${box.width + 2 * margin} ${box.height + 2 * margin}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      <path d={path} />
    </svg>
  )
})
