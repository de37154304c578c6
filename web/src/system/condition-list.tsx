import { useTranslation } from 'react-i18next'
import type { Condition } from './conditions.ts'
import { LevelMark } from './level-mark.tsx'
import classes from './system-page.module.css'

/** What is not as it should be, worst first; where all is well, one quiet line. */
export const ConditionList = ({ conditions }: { conditions: readonly Condition[] }) => {
  const { t } = useTranslation()
  if (conditions.length === 0)
    return (
      <p className={classes.allGood}>
        <LevelMark level="good" text={t('system.allGood')} />
      </p>
    )
  return (
    <ul className={classes.conditions} aria-label={t('system.toSee')}>
      {conditions.map(({ area, level, words, names = {} }) => (
        <li key={`${area} ${words} ${names.name ?? ''}`} data-level={level}>
          <LevelMark level={level} />
          <span>
            <b>{t(`system.areas.${area === 'redis' ? 'cache' : area}`)}</b>
            {t(`system.conditions.${words}`, { name: names.name ?? '', count: names.count ?? 0 })}
          </span>
        </li>
      ))}
    </ul>
  )
}
