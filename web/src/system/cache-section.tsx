import type { SystemHistory, SystemState } from '@plenum/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Level } from './conditions.ts'
import { useFigures } from './figures.ts'
import type { Column } from './mini-path.ts'
import { Facts, Missing, SystemSection } from './system-section.tsx'
import classes from './system-page.module.css'

const places = ['process', 'redis', 'loaded'] as const
const isPlace = (where: string): where is (typeof places)[number] => places.some((place) => place === where)

const sumOf = (column: Column): number => column.reduce<number>((sum, value) => sum + (value ?? 0), 0)
const known = (column: Column): number => column.filter((value) => value !== null).length

/** Of all look-ups of these hours, how many were found. */
const foundOf = ({ per_second, found_share }: SystemHistory['cache'][number]): number | null => {
  const all = sumOf(per_second)
  if (all === 0) return null
  return sumOf(per_second.map((rate, step) => (rate ?? 0) * (found_share[step] ?? 0))) / all
}

interface CacheSectionProps {
  cache: SystemHistory['cache']
  redis: SystemState['redis']
  level: Level
  children: ReactNode
}

/** How often what was looked up was found, and where. */
export const CacheSection = ({ cache, redis, level, children }: CacheSectionProps) => {
  const { t } = useTranslation()
  const { count, share, bytes } = useFigures()
  const placeText = (where: string): string => (isPlace(where) ? t(`system.cache.places.${where}`) : where)
  return (
    <SystemSection area="cache" level={level}>
      {redis.problem === 'not_configured' ? (
        <p className={classes.missing}>{t('system.cache.noRedis')}</p>
      ) : (
        <Missing problem={redis.problem} />
      )}
      {redis.value && (
        <Facts
          facts={[
            [t('system.cache.redisVersion'), redis.value.version],
            [t('system.cache.used'), bytes(redis.value.used_bytes)],
          ]}
        />
      )}
      {cache.length === 0 && <p className={classes.missing}>{t('system.cache.none')}</p>}
      {cache.length > 0 && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('system.cache.kind')}</th>
              <th scope="col">{t('system.cache.perSecond')}</th>
              <th scope="col">{t('system.cache.found')}</th>
              <th scope="col">{t('system.cache.where')}</th>
            </tr>
          </thead>
          <tbody>
            {cache.map((kind) => {
              const found = foundOf(kind)
              const all = sumOf(kind.per_second)
              const foundIn = kind.found
                .filter(({ per_second }) => sumOf(per_second) > 0)
                .toSorted((a, b) => sumOf(b.per_second) - sumOf(a.per_second))
                .map(({ where, per_second }) => `${placeText(where)} ${share(sumOf(per_second) / all)}`)
              return (
                <tr key={kind.kind}>
                  <th scope="row">
                    <code>{kind.kind}</code>
                  </th>
                  <td data-label={t('system.cache.perSecond')}>{count(all / Math.max(1, known(kind.per_second)))}</td>
                  <td data-label={t('system.cache.found')}>{found === null ? '–' : share(found)}</td>
                  <td data-label={t('system.cache.where')}>{foundIn.join(' · ') || '–'}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
      {children}
    </SystemSection>
  )
}
