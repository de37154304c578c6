import { Button } from '@mantine/core'
import type { DashboardSensor, Zone } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { NoticePage } from '../ui/notice-page.tsx'
import type { FloorSearch } from './floor-search.ts'
import { type FilterName, hidingFilters, withoutFilter } from './sensor-filter.ts'

const labels = {
  q: 'floor.without.text',
  zone: 'floor.without.zone',
  kind: 'floor.without.kind',
  status: 'floor.without.status',
} as const satisfies Record<FilterName, string>

interface NothingFoundProps {
  sensors: readonly DashboardSensor[]
  zones: readonly Zone[]
  search: FloorSearch
  onChange: (search: FloorSearch) => void
}

/** Says which filter hides the sensors, and how many are seen without it. */
export const NothingFound = ({ sensors, zones, search, onChange }: NothingFoundProps) => {
  const { t } = useTranslation()
  const values: Record<FilterName, () => string> = {
    q: () => search.q ?? '',
    zone: () => zones.find(({ id }) => id === search.zone)?.name ?? t('floor.noZone'),
    kind: () => (search.kind ? t(`kinds.${search.kind}`) : ''),
    status: () => (search.status ? t(`condition.${search.status}`) : ''),
  }
  const clear = () => onChange(search.group ? { group: search.group } : {})
  const helpful = hidingFilters(sensors, search).filter(({ shown }) => shown > 0)
  return (
    <NoticePage title={t('floor.hiddenTitle')} text={t('floor.hiddenText')}>
      {helpful.map(({ name, shown }) => (
        <Button key={name} variant="default" onClick={() => onChange(withoutFilter(search, name))}>
          {t(labels[name], { value: values[name]() })} ({shown})
        </Button>
      ))}
      <Button variant="default" onClick={clear}>
        {t('floor.clear')} ({sensors.length})
      </Button>
    </NoticePage>
  )
}
