import { useDisclosure } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { type Crumb, PageHead } from '../ui/page-head.tsx'
import { ZoneNote } from '../ui/zone-note.tsx'
import { type ExplorerBuilding, useExplorerBuilding, useLastFloor } from './explorer-building.ts'
import { NothingChosen } from './explorer-empty.tsx'
import classes from './explorer-page.module.css'
import { type ExplorerView, mostSensors, searchOf, viewOf } from './explorer-search.ts'
import { ExplorerSkeleton } from './explorer-skeleton.tsx'
import { ExportMenu } from './export-menu.tsx'
import { HistoryCharts } from './history-charts.tsx'
import { RangePicker } from './range-picker.tsx'
import { SensorChips } from './sensor-chips.tsx'
import { SensorPicker } from './sensor-picker.tsx'
import { useTraces } from './use-traces.ts'
import { useSpan } from './use-span.ts'

/** The view is the address; changing it is going to another one. */
const useView = () => {
  const navigate = useNavigate()
  const search = useSearch({ from: '/signed-in/explorer' })
  const view = viewOf(search)
  const show = (change: Partial<ExplorerView>, { replace = false } = {}) => {
    void navigate({ to: '/explorer', search: searchOf({ ...view, ...change }), replace, resetScroll: false })
  }
  return { view, show }
}

const Explorer = ({
  building,
  known,
}: {
  building: ExplorerBuilding
  known: ReturnType<typeof useExplorerBuilding>
}) => {
  const { t } = useTranslation()
  const { view, show } = useView()
  const timeZone = useShownZone(building.timeZone)
  const { sensors = [], sensorsById, withheldById } = known
  const [isChoosing, { open, close }] = useDisclosure(false)
  const floor = useLastFloor(building.floors)
  const control = useSpan(view.range, timeZone, (span, options) => show({ range: span }, options))
  const traces = useTraces(view.sensorIds, sensorsById, building.floors)

  const toggle = (sensorId: number) => {
    const without = view.sensorIds.filter((id) => id !== sensorId)
    const isAdded = without.length === view.sensorIds.length
    show({ sensorIds: isAdded ? [...without, sensorId].slice(0, mostSensors) : without }, { replace: isChoosing })
  }
  const exported = view.sensorIds.filter((id) => !withheldById.has(id))
  const isAllWithheld = (view.sensorIds.length > 0 ? exported : sensors).length === 0 && withheldById.size > 0
  const crumbs: Crumb[] = known.severalBuildings
    ? [{ name: building.name, link: { to: '/buildings/$buildingId', params: { buildingId: String(building.id) } } }]
    : []
  return (
    <>
      <PageHead title={t('explorer.title')} crumbs={crumbs}>
        <div className={classes.head}>
          <ZoneNote timeZone={timeZone} at={new Date(control.shown.toMs).toISOString()} />
          <RangePicker
            range={view.range}
            shown={control.shown}
            nowMs={control.nowMs}
            timeZone={timeZone}
            onChoose={(range) => show({ range })}
            onMove={control.move}
          />
        </div>
      </PageHead>
      {view.sensorIds.length > 0 && (
        <SensorChips
          sensorIds={view.sensorIds}
          traces={traces}
          withheldById={withheldById}
          isKnown={known.sensors !== undefined}
          onRemove={toggle}
          onRemoveAll={() => show({ sensorIds: [] })}
          onChoose={open}
        >
          {exported.length > 0 && <ExportMenu sensorIds={exported} span={control.shown} />}
        </SensorChips>
      )}
      {known.sensors === undefined ? (
        <ExplorerSkeleton />
      ) : traces.length > 0 ? (
        <HistoryCharts
          traces={traces}
          control={control}
          timeZone={timeZone}
          buildingZone={building.timeZone}
          onShow={(range) => show({ range })}
        />
      ) : isAllWithheld ? (
        <NoticePage title={t('presence.title')} text={t('presence.why')} />
      ) : (
        view.sensorIds.length === 0 && (
          <NothingChosen
            sensors={sensors}
            floor={floor}
            onChoose={open}
            onShow={(sensorIds) => show({ sensorIds, building: building.id })}
          />
        )
      )}
      <SensorPicker
        isOpen={isChoosing}
        onClose={close}
        sensors={sensors}
        withheld={withheldById.size}
        floors={building.floors}
        floorId={traces.at(-1)?.sensor.floor_id ?? floor?.id}
        chosenIds={view.sensorIds}
        onToggle={toggle}
      />
    </>
  )
}

export const ExplorerPage = () => {
  const { t } = useTranslation()
  const search = useSearch({ from: '/signed-in/explorer' })
  const known = useExplorerBuilding(search.building)
  if (known.isWithoutBuildings) {
    return <NoticePage isWholePage title={t('overview.emptyTitle')} text={t('overview.emptyText')} />
  }
  if (known.building) return <Explorer key={known.building.id} building={known.building} known={known} />
  if (known.error) return <FailurePage error={known.error} onRetry={known.retry} />
  return (
    <>
      <PageHead title={t('explorer.title')} />
      <ExplorerSkeleton />
    </>
  )
}
