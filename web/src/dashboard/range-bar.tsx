import { type KindColumn, type KindSummary, placeOn, rangeOf } from './kind-columns.ts'
import classes from './range-bar.module.css'

const percent = (share: number) => `${Math.round(share * 1000) / 10}%`

interface RangeBarProps {
  column: KindColumn
  summary: KindSummary
}

/** From minimum to maximum, with a mark at the average, on the scale all floors share. The numbers stand beside it. */
export const RangeBar = ({ column, summary }: RangeBarProps) => {
  const { low, high } = rangeOf(summary)
  const left = placeOn(column, low)
  const right = placeOn(column, high)
  return (
    <span className={classes.track} aria-hidden>
      <span className={classes.range} style={{ left: percent(left), width: percent(right - left) }} />
      <span className={classes.average} style={{ left: percent(placeOn(column, summary.avg)) }} />
    </span>
  )
}
