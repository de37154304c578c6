import { VisuallyHidden } from '@mantine/core'
import { useThrottledValue } from '@mantine/hooks'
import { memo, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { alignLines } from './aligned-data.ts'
import { Chart } from './chart.tsx'
import { useChartColours } from './chart-colours.ts'
import classes from './chart-panel.module.css'
import type { ChartView } from './chart-view.ts'
import type { Columns } from './columns.ts'
import { axisText, tickText, useValueTexts } from './history-texts.ts'
import { isHeavy, nothing, useHeldRanges } from './held-ranges.ts'
import { PanelHeading } from './panel-heading.tsx'
import { type Gutters, hasDirectLabels, type Panel } from './panels.ts'
import { Readout } from './readout.tsx'
import { figuresOf, markedOf } from './summary.ts'
import type { Span } from './time-range.ts'
import { useSameList } from './use-columns.ts'

interface ChartPanelProps {
  panel: Panel
  /** In the order of the panel's traces. */
  columns: readonly (Columns | undefined)[]
  shown: Span
  settled: Span
  isLoading: boolean
  /** Nothing of this range could be loaded. */
  isFailed: boolean
  /** The cursor was last moved by keys: what it reads is told to those who listen. */
  isReadByKeys: boolean
  gutters: Gutters
  width: number
  height: number
  timeZone: string
  onMove: (change: (span: Span) => Span) => void
}

/** Answers for many sensors come one after the other: they are drawn some at a time. */
const arrivalMs = 200

const useArrivals = (panel: Panel, arrived: ChartPanelProps['columns']) => {
  const columns = useSameList(arrived)
  const now = useMemo(() => ({ panel, columns }), [panel, columns])
  const some = useThrottledValue(now, arrivalMs)
  return some.panel === panel ? some.columns : columns
}

/** A name that several sensors share says its floor as well. */
const labelsOf = ({ traces }: Panel): string[] => {
  const names = traces.map(({ sensor }) => sensor.name)
  return traces.map(({ sensor, floorName }) =>
    names.filter((name) => name === sensor.name).length > 1 ? `${floorName} ${sensor.name}` : sensor.name,
  )
}

/** One quantity over the common time axis. */
export const ChartPanel = memo((props: ChartPanelProps) => {
  const { panel, shown, settled, isLoading, isFailed, isReadByKeys, gutters, width, height, timeZone, onMove } = props
  const { t } = useTranslation()
  const { axisOf, language } = useValueTexts()
  const colours = useChartColours()
  const [cursor, setCursor] = useState<{ atMs: number; left: number } | null>(null)
  const columns = useArrivals(panel, props.columns)
  const aligned = useMemo(() => alignLines(columns), [columns])
  const isMoving = (shown !== settled || isLoading) && isHeavy(columns, shown)
  const ranges = useHeldRanges(panel, columns, shown, isMoving)
  const hasLabels = gutters.labels > 40 && (hasDirectLabels(panel) || panel.style === 'states')
  const labels = useMemo(() => (hasLabels ? labelsOf(panel) : []), [hasLabels, panel])
  const ticks = useCallback(
    (tick: Parameters<typeof tickText>[0]) => tickText(tick, language, timeZone),
    [language, timeZone],
  )

  const axes = panel.units.map((unit) => {
    const { low, high } = ranges.get(unit) ?? nothing
    return axisOf(Math.max(Math.abs(low), Math.abs(high)), { sensor_type: panel.kind, unit })
  })
  const isEmpty = columns.every((own) => !own || figuresOf(own, shown, panel.style) === null)
  const hasSuspect = columns.some((own) => own && markedOf(own, shown).suspect > 0)
  const view: ChartView = {
    panel,
    columns,
    aligned,
    span: shown,
    isMoving,
    ranges,
    gutters,
    colours,
    labels,
    timeZone,
    tickText: ticks,
    valueText: (value, step, unit) =>
      ranges.get(unit) === nothing ? '' : axisText(value, step, axes[panel.units.indexOf(unit)]?.factor ?? 1, language),
    stateTexts: { open: t('value.open'), closed: t('value.closed') },
  }
  const kind = t(`kinds.${panel.kind}`)
  const emptyText = hasSuspect ? 'explorer.onlySuspectTitle' : 'explorer.noReadingsTitle'
  return (
    <section className={classes.panel} aria-label={kind}>
      <PanelHeading
        panel={panel}
        columns={columns}
        axisUnits={axes.map(({ unit }) => unit)}
        shown={shown}
        settled={settled}
        isLoading={isLoading}
      />
      <VisuallyHidden>{t('explorer.chart', { kind, count: panel.traces.length })}</VisuallyHidden>
      <div className={classes.plot}>
        <div aria-hidden>
          <Chart view={view} width={width} height={height} onCursor={setCursor} onMove={onMove} />
        </div>
        {isEmpty && !isLoading && <p className={classes.empty}>{t(isFailed ? 'explorer.notLoaded' : emptyText)}</p>}
        {/* By mouse it would talk without end. */}
        <div aria-live={isReadByKeys ? 'polite' : 'off'} aria-hidden={!isReadByKeys}>
          {cursor && (!isEmpty || hasSuspect) && (
            <Readout panel={panel} columns={columns} cursor={cursor} width={width} timeZone={timeZone} />
          )}
        </div>
      </div>
    </section>
  )
})
