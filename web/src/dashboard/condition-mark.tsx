import classes from './condition-mark.module.css'
import type { Condition } from './sensor-condition.ts'

/** A shape of its own for each condition, so that colour is never the only sign; `silent` is a hatched square. */
const shapes: Record<Exclude<Condition, 'silent'>, string> = {
  ok: 'M6 3.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0 -5z',
  stale: 'M6 1L11.5 11H0.5z',
  suspect: 'M6 0.5L11.5 6L6 11.5L0.5 6z',
  disabled: 'M2.5 1.5h2.5v9h-2.5zM7 1.5h2.5v9h-2.5z',
}

/** Stands beside a word that says the same; silent to screen readers. */
export const ConditionMark = ({ condition }: { condition: Condition }) =>
  condition === 'silent' ? (
    <span className={classes.hatched} aria-hidden />
  ) : (
    <svg className={classes.mark} data-condition={condition} viewBox="0 0 12 12" width="12" height="12" aria-hidden>
      <path d={shapes[condition]} />
    </svg>
  )
