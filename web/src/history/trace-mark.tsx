import type { Trace } from './panels.ts'
import classes from './trace-mark.module.css'

/** The line of a sensor, small: its colour, dashed or not. */
export const TraceMark = ({ trace: { ink, isDashed } }: { trace: Pick<Trace, 'ink' | 'isDashed'> }) => (
  <span
    className={classes.mark}
    data-dashed={isDashed || undefined}
    style={{ color: `var(--trace-${ink})` }}
    aria-hidden
  />
)
