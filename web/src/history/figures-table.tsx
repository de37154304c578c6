import type { Sensor } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { exactTime } from '../platform/dates.ts'
import { KindIcon } from '../readings/kind-icon.tsx'
import classes from './figures-table.module.css'
import { spanText, useValueTexts } from './history-texts.ts'
import { MarkSign } from './mark-sign.tsx'
import { type PanelStyle, styleOf } from './panels.ts'
import { type Figures, figuresOf, markedOf } from './summary.ts'
import { TraceMark } from './trace-mark.tsx'
import type { Span } from './time-range.ts'
import type { LoadedTrace } from './use-columns.ts'

interface FiguresTableProps {
  loaded: readonly LoadedTrace[]
  span: Span
  timeZone: string
  /** When a sensor sent last, for those without readings here. */
  newest: ReadonlyMap<number, string | null>
}

/** Of states only the share of time means something. */
const useCells = () => {
  const { t } = useTranslation()
  const { text, language } = useValueTexts()
  return (figures: Figures, sensor: Sensor, style: PanelStyle): string[] => {
    if (style === 'states') {
      const share = Math.round(figures.mean * 100).toLocaleString(language)
      const last = Math.round(figures.last)
      return ['', t('explorer.closedShare', { share }), '', text(last, sensor)]
    }
    return [figures.low, figures.mean, figures.high, figures.last].map((value) => text(value, sensor))
  }
}

/** What the charts show, in figures: for reading exactly, and for those who do not see the charts. */
export const FiguresTable = ({ loaded, span, timeZone, newest }: FiguresTableProps) => {
  const { t } = useTranslation()
  const { text, marked: markedText, language } = useValueTexts()
  const cellsOf = useCells()
  const hasTotals = loaded.some(({ trace }) => styleOf(trace.sensor.sensor_type) === 'bars')
  const time = (atMs: number) => exactTime(new Date(atMs), language, timeZone)

  const row = ({ trace, columns, isOld, isLoading, error }: LoadedTrace) => {
    const { sensor } = trace
    const style = styleOf(sensor.sensor_type)
    const figures = columns && !(isOld && error) ? figuresOf(columns, span, style) : null
    const marked = columns && !isOld ? markedOf(columns, span) : { suspect: 0, late: 0 }
    const newestAt = newest.get(sensor.id)
    const columnCount = hasTotals ? 5 : 4
    return (
      <tr key={sensor.id} data-old={isOld || undefined}>
        <th scope="row">
          <span className={classes.sensor}>
            <TraceMark trace={trace} />
            <KindIcon kind={sensor.sensor_type} />
            <span>
              {sensor.name} <span className={classes.floor}>{trace.floorName}</span>
              {(['suspect', 'late'] as const).map(
                (kind) =>
                  marked[kind] > 0 && (
                    <span key={kind} className={classes.marked}>
                      <MarkSign kind={kind} /> {markedText(kind, marked[kind])}
                    </span>
                  ),
              )}
            </span>
          </span>
        </th>
        {figures ? (
          <>
            {cellsOf(figures, sensor, style).map((cell, index) => (
              // Columns never change their order.
              // oxlint-disable-next-line react/no-array-index-key
              <td key={index} title={index === 3 ? time(figures.lastAtMs) : undefined}>
                {cell}
              </td>
            ))}
            {hasTotals && <td>{figures.total === null ? '' : text(figures.total, sensor)}</td>}
          </>
        ) : (
          <td colSpan={columnCount} className={classes.none}>
            {isLoading
              ? t('state.loading')
              : error
                ? t('explorer.notLoaded')
                : marked.suspect > 0
                  ? t('explorer.noFiguresSuspect')
                  : newestAt
                    ? t('explorer.noFiguresNewest', { time: time(Date.parse(newestAt)) })
                    : t(newestAt === null ? 'explorer.noFiguresNever' : 'explorer.noFigures')}
          </td>
        )}
      </tr>
    )
  }
  return (
    <div className={classes.scroll}>
      <table className={classes.table} data-totals={hasTotals || undefined}>
        <caption>
          {t('explorer.figures')} <span>{spanText(span, language, timeZone)}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('explorer.sensor')}</th>
            <th scope="col">{t('explorer.min')}</th>
            <th scope="col">{t('explorer.mean')}</th>
            <th scope="col">{t('explorer.max')}</th>
            <th scope="col">{t('explorer.last')}</th>
            {hasTotals && <th scope="col">{t('explorer.total')}</th>}
          </tr>
        </thead>
        <tbody>{loaded.map(row)}</tbody>
      </table>
    </div>
  )
}
