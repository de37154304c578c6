import { Button } from '@mantine/core'
import type { Sensor } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { exactTime } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { NoticePage } from '../ui/notice-page.tsx'
import { mostSensors } from './explorer-search.ts'
import { type FinderFloor, suggestionsFor } from './sensor-finder.ts'
import type { Span } from './time-range.ts'

interface NothingChosenProps {
  sensors: readonly Sensor[]
  floor: FinderFloor | undefined
  onChoose: () => void
  onShow: (sensorIds: number[]) => void
}

/** What one can do here, and a few things one probably wants to. */
export const NothingChosen = ({ sensors, floor, onChoose, onShow }: NothingChosenProps) => {
  const { t } = useTranslation()
  if (sensors.length === 0) {
    return <NoticePage title={t('explorer.noSensorsTitle')} text={t('explorer.noSensorsText')} />
  }
  const suggestions = floor ? suggestionsFor(sensors, floor.id, mostSensors) : []
  return (
    <NoticePage title={t('explorer.emptyTitle')} text={t('explorer.emptyText', { most: mostSensors })}>
      <Button onClick={onChoose}>{t('explorer.choose')}</Button>
      {suggestions.map(({ kind, sensorIds }) => (
        <Button key={kind} variant="default" onClick={() => onShow(sensorIds)}>
          {t('explorer.suggestion', { kind: t(`kinds.${kind}`), floor: floor?.name ?? '' })}
        </Button>
      ))}
    </NoticePage>
  )
}

interface NoReadingsProps {
  newestAt: string | undefined
  isNewestKnown: boolean
  timeZone: string
  span: Span
  onGo: (span: Span) => void
}

/** An empty range says where the readings are. */
export const NoReadings = ({ newestAt, isNewestKnown, timeZone, span, onGo }: NoReadingsProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const text = newestAt
    ? t('explorer.noReadingsNewest', { time: exactTime(new Date(newestAt), language, timeZone) })
    : isNewestKnown
      ? t('explorer.noReadingsNever')
      : t('state.loading')
  const go = (at: string) => {
    const toMs = Math.ceil(Date.parse(at) / 60_000 + 1) * 60_000
    onGo({ fromMs: toMs - (span.toMs - span.fromMs), toMs })
  }
  return (
    <NoticePage title={t('explorer.noReadingsTitle')} text={text}>
      {newestAt && (
        <Button variant="default" onClick={() => go(newestAt)}>
          {t('explorer.toNewest')}
        </Button>
      )}
    </NoticePage>
  )
}
