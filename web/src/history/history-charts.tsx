import { useMemo } from 'react'
import { ChartStack, useChartWidth } from './chart-stack.tsx'
import { NoReadings } from './explorer-empty.tsx'
import classes from './explorer-page.module.css'
import { ExplorerSkeleton } from './explorer-skeleton.tsx'
import { FiguresTable } from './figures-table.tsx'
import { panelHeight, panelsOf, type Trace } from './panels.ts'
import { pointsFor } from './points.ts'
import type { TimeRange } from './time-range.ts'
import { TroubleNotice } from './trouble-notice.tsx'
import { useColumns } from './use-columns.ts'
import { useNewest } from './use-newest.ts'
import type { SpanControl } from './use-span.ts'

interface HistoryChartsProps {
  traces: readonly Trace[]
  control: SpanControl
  /** Times are shown in it. */
  timeZone: string
  /** Days are counted in it. */
  buildingZone: string
  onShow: (range: TimeRange) => void
}

/** Charts and figures of the chosen sensors, in whatever state their data are. */
export const HistoryCharts = ({ traces, control, timeZone, buildingZone, onShow }: HistoryChartsProps) => {
  const { ref, width } = useChartWidth()
  const panels = useMemo(() => panelsOf(traces), [traces])
  const points = pointsFor(width, window.devicePixelRatio)
  const loaded = useColumns(traces, control.settled, points, buildingZone)
  const { newest, newestAt, isAllEmpty, isNewestKnown } = useNewest(loaded, control.settled)
  const hasColumns = loaded.some(({ columns }) => columns !== undefined)
  const isFailed = loaded.every(({ error }) => error !== null)
  const [first] = panels
  const height = first ? panelHeight(first, panels.length, window.innerHeight) : 0
  return (
    <>
      <TroubleNotice loaded={loaded} onShorter={() => onShow('24h')} />
      <div ref={ref} className={classes.measure} />
      {isAllEmpty ? (
        <NoReadings
          newestAt={newestAt}
          isNewestKnown={isNewestKnown}
          timeZone={timeZone}
          span={control.settled}
          onGo={onShow}
        />
      ) : (
        <>
          {hasColumns && width > 0 && (
            <ChartStack panels={panels} loaded={loaded} control={control} width={width} timeZone={timeZone} />
          )}
          {!hasColumns && !isFailed && <ExplorerSkeleton charts={panels.length} height={height} />}
          {(hasColumns || !isFailed) && (
            <FiguresTable loaded={loaded} span={control.settled} timeZone={timeZone} newest={newest} />
          )}
        </>
      )}
    </>
  )
}
