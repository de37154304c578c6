import { useElementSize, useMediaQuery, useViewportSize } from '@mantine/hooks'
import { type KeyboardEvent, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keyGesture } from './chart-gestures.ts'
import { ChartPanel } from './chart-panel.tsx'
import classes from './explorer-page.module.css'
import { cursorKey } from './key-cursor.ts'
import { guttersOf, type Panel, panelHeight } from './panels.ts'
import type { SpanControl } from './use-span.ts'
import type { LoadedTrace } from './use-columns.ts'

const narrowWidth = 640

interface ChartStackProps {
  panels: readonly Panel[]
  loaded: readonly LoadedTrace[]
  control: SpanControl
  width: number
  timeZone: string
}

/** Panels above each other over one time axis. With the keyboard: arrows move, + and - zoom, Shift with arrows reads. */
export const ChartStack = ({ panels, loaded, control, width, timeZone }: ChartStackProps) => {
  const { t } = useTranslation()
  const { height: viewHeight } = useViewportSize()
  const isTouch = useMediaQuery('(pointer: coarse)', false, { getInitialValueInEffect: false })
  const [isReadByKeys, setReadByKeys] = useState(false)
  const isNarrow = width < narrowWidth
  const gutters = useMemo(() => guttersOf(panels, isNarrow), [panels, isNarrow])
  const byId = new Map(loaded.map((one) => [one.trace.sensor.id, one]))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const readAlong = cursorKey(event)
    const gesture = readAlong ? null : keyGesture(event.key)
    if (!readAlong && !gesture) return
    event.preventDefault()
    if (gesture) control.move(gesture)
    setReadByKeys(readAlong !== null)
    readAlong?.()
  }
  return (
    // The keys move what is shown; everything they do, the buttons of the range do as well.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
    <div role="group" aria-label={t('explorer.charts')} tabIndex={0} className={classes.charts} onKeyDown={onKeyDown}>
      {panels.map((panel) => {
        const own = panel.traces.map(({ sensor }) => byId.get(sensor.id))
        return (
          <ChartPanel
            key={panel.kind}
            panel={panel}
            columns={own.map((one) => one?.columns)}
            shown={control.shown}
            settled={control.settled}
            isLoading={own.some((one) => one?.isLoading)}
            isFailed={own.every((one) => one?.error)}
            isReadByKeys={isReadByKeys}
            gutters={gutters}
            width={width}
            height={panelHeight(panel, panels.length, viewHeight)}
            timeZone={timeZone}
            onMove={control.move}
          />
        )
      })}
      <p className={classes.hint}>{t(isTouch ? 'explorer.keysTouch' : 'explorer.keys')}</p>
    </div>
  )
}

/** The width that charts may have, and how many points that is on this screen. */
export const useChartWidth = () => {
  const { ref, width } = useElementSize()
  return { ref, width: Math.floor(width) }
}
