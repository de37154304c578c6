import type { SystemProblem } from '@plenum/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { enSystem } from '../platform/en-system.ts'
import type { Level } from './conditions.ts'
import { LevelMark } from './level-mark.tsx'
import classes from './system-page.module.css'

interface SystemSectionProps {
  area: keyof (typeof enSystem)['areas']
  /** Left out: the section has no state. */
  level?: Level
  children: ReactNode
}

/** A part of the installation, with its state. */
export const SystemSection = ({ area, level, children }: SystemSectionProps) => {
  const { t } = useTranslation()
  const title = t(`system.areas.${area}`)
  return (
    <section className={classes.section} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {level && <LevelMark level={level} />}
      </header>
      {children}
    </section>
  )
}

/** Why a part is missing, in its place. */
export const Missing = ({ problem }: { problem: SystemProblem | null }) => {
  const { t } = useTranslation()
  return problem && <p className={classes.missing}>{t(`system.problems.${problem}`)}</p>
}

export type Fact = [name: string, value: ReactNode]

/** Names with their values; what is undefined is left out. */
export const Facts = ({ facts }: { facts: readonly (Fact | undefined)[] }) => (
  <dl className={classes.facts}>
    {facts.map(
      (fact) =>
        fact && (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
    )}
  </dl>
)
