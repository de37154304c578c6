import { useTranslation } from 'react-i18next'
import type { Level } from './conditions.ts'
import classes from './level-mark.module.css'

/** A shape of its own for each, so that colour is never the only sign. */
const shapes: Record<Level, string> = {
  good: 'M6 3.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0 -5z',
  attention: 'M6 1L11.5 11H0.5z',
  bad: 'M3.5 0.5h5l3 3v5l-3 3h-5l-3 -3v-5z',
  unknown: 'M1 5h10v2h-10z',
}

/** The state of a part, by shape and word. */
export const LevelMark = ({ level, text }: { level: Level; text?: string }) => {
  const { t } = useTranslation()
  return (
    <span className={classes.level} data-level={level}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden>
        <path d={shapes[level]} />
      </svg>
      {text ?? t(`system.levels.${level}`)}
    </span>
  )
}
