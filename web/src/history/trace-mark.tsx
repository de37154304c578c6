import type { Trace } from './panels.ts'
import classes from './trace-mark.module.css'

/** The line of a sensor, small: its colour, and how it is dashed. */
export const TraceMark = ({ trace: { ink, dash } }: { trace: Pick<Trace, 'ink' | 'dash'> }) => (
  <span className={classes.mark} data-dash={dash} style={{ color: `var(--trace-${ink})` }} aria-hidden />
)
