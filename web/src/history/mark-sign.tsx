import classes from './mark-sign.module.css'
import type { MarkKind } from './marked-stretches.ts'

/** A mark of the charts, as their legend shows it. */
export const MarkSign = ({ kind }: { kind: MarkKind }) => <i className={classes[kind]} aria-hidden />
