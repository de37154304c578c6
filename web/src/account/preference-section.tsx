import { NativeSelect, Select } from '@mantine/core'
import type { Locale, Profile, Theme, UnitSystem } from '@plenum/contract'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useProblemText } from '../people/problem-text.ts'
import { languages } from '../platform/language.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './account.module.css'
import { useProfileChange } from './account-queries.ts'

const themes = ['auto', 'light', 'dark'] as const satisfies Theme[]
const units = { auto: 'unitsAuto', metric: 'unitsMetric', imperial: 'unitsImperial' } as const satisfies Record<
  UnitSystem,
  string
>
const automatic = ''
/** Four hundred names are searched, not scrolled. */
const mostZones = 50

/** How a person wants to see things. Each choice holds at once, so it is seen what it does. */
export const PreferenceSection = ({ profile }: { profile: Profile }) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const change = useProfileChange()
  const { locale, theme, time_zone: timeZone, units: unitSystem } = { ...profile, ...change.variables }
  const zones = useMemo(() => [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])], [])
  return (
    <section className={classes.section}>
      <h2>{t('people.account.howShown')}</h2>
      <p>{t('people.account.howShownText')}</p>
      <NativeSelect
        label={t('people.account.language')}
        value={locale ?? automatic}
        onChange={({ currentTarget: { value } }) =>
          change.mutate({ locale: value === automatic ? null : (value as Locale) })
        }
        data={[
          { value: automatic, label: t('people.account.languageAuto') },
          ...Object.entries(languages).map(([value, label]) => ({ value, label })),
        ]}
      />
      <NativeSelect
        label={t('people.account.theme')}
        value={theme}
        onChange={({ currentTarget: { value } }) => change.mutate({ theme: value as Theme })}
        data={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
      />
      <Select
        label={t('people.account.timeZone')}
        description={t('people.account.timeZoneWhy')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        placeholder={t('people.account.timeZoneAuto')}
        nothingFoundMessage={t('people.account.noZone')}
        value={timeZone ?? null}
        onChange={(value) => change.mutate({ time_zone: value })}
        data={zones}
        limit={mostZones}
        searchable
        clearable
      />
      <NativeSelect
        label={t('people.account.units')}
        description={t('people.account.unitsWhy')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={unitSystem}
        onChange={({ currentTarget: { value } }) => change.mutate({ units: value as UnitSystem })}
        data={Object.entries(units).map(([value, label]) => ({ value, label: t(`people.account.${label}`) }))}
      />
      {change.error && <ProblemNote error={change.error} text={problemText(change.error)} />}
    </section>
  )
}
