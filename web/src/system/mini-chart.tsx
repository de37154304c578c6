import { type ChangeEvent, type PointerEvent, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { tickText } from '../history/history-texts.ts'
import { timeTicks } from '../history/time-ticks.ts'
import { useLanguage } from '../platform/language.ts'
import classes from './mini-chart.module.css'
import { type Column, miniPath, newestOf, topOf } from './mini-path.ts'

export interface MiniSeries {
  name: string
  column: Column
}

/** What all charts of the page share: their time, and where the reader points. */
export interface ChartTime {
  fromMs: number
  stepMs: number
  steps: number
  timeZone: string
  /** null: nowhere. */
  cursor: number | null
  onCursor: (step: number | null) => void
}

interface MiniChartProps {
  title: string
  series: readonly MiniSeries[]
  time: ChartTime
  text: (value: number) => string
  /** The axis reaches at least to here. */
  least: number
}

const mostTicks = 4
/** Nearer to an end than this, a time would be cut off. */
const edge = 0.08

/** A chart of the last hours, from zero. By pointer, finger or arrow keys it is read at one step, with all others. */
export const MiniChart = ({ title, series, time, text, least }: MiniChartProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const { fromMs, stepMs, steps, timeZone, cursor, onCursor } = time
  const spanMs = steps * stepMs
  const top = topOf(
    series.map(({ column }) => column),
    least,
  )
  const ticks = useMemo(
    () =>
      timeTicks({ fromMs, toMs: fromMs + spanMs }, mostTicks, timeZone)
        .map((tick) => ({ ...tick, share: (tick.atMs - fromMs) / spanMs }))
        .filter(({ share }) => share > edge && share < 1 - edge),
    [fromMs, spanMs, timeZone],
  )
  const isEmpty = series.every(({ column }) => column.every((value) => value === null))
  const at = (step: number) => tickText({ atMs: fromMs + (step + 0.5) * stepMs, style: 'minute' }, language, timeZone)
  const valueAt = (column: Column): string => {
    const value = cursor === null ? newestOf(column) : (column[cursor] ?? null)
    return value === null ? '–' : text(value)
  }
  const point = ({ currentTarget, clientX }: PointerEvent<HTMLInputElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    onCursor(Math.max(0, Math.min(steps - 1, Math.floor(((clientX - left) / width) * steps))))
  }
  const told = series.map(({ name, column }) => `${name} ${valueAt(column)}`).join(', ')

  return (
    <figure className={classes.chart}>
      <figcaption>
        <h3>{title}</h3>
        <span className={classes.at}>{cursor === null ? '' : at(cursor)}</span>
      </figcaption>
      <ul className={classes.legend}>
        {series.map(({ name, column }, ink) => (
          <li key={name}>
            {series.length > 1 && (
              <>
                <i data-ink={ink % 6} aria-hidden />
                <span>{name}</span>
              </>
            )}
            <b>{valueAt(column)}</b>
          </li>
        ))}
      </ul>
      <div className={classes.plot}>
        <span className={classes.top} aria-hidden>
          {text(top)}
        </span>
        <svg viewBox={`0 0 ${steps} 100`} preserveAspectRatio="none" aria-hidden>
          <path className={classes.grid} d={`M0 0H${steps}M0 50H${steps}M0 100H${steps}`} />
          {series.map(({ name, column }, ink) => (
            <path key={name} className={classes.line} data-ink={ink % 6} d={miniPath(column, top)} />
          ))}
          {cursor !== null && <path className={classes.cursor} d={`M${cursor + 0.5} 0V100`} />}
        </svg>
        {isEmpty && <p className={classes.empty}>{t('system.noSamples')}</p>}
        <input
          type="range"
          min={0}
          max={steps - 1}
          value={cursor ?? steps - 1}
          aria-label={title}
          aria-valuetext={cursor === null ? told : `${at(cursor)}: ${told}`}
          onChange={({ target }: ChangeEvent<HTMLInputElement>) => onCursor(Number(target.value))}
          onPointerMove={point}
          onPointerLeave={() => onCursor(null)}
          onBlur={() => onCursor(null)}
        />
      </div>
      <div className={classes.ticks} aria-hidden>
        {ticks.map(({ share, ...tick }) => (
          <span key={tick.atMs} style={{ left: `${share * 100}%` }}>
            {tickText(tick, language, timeZone)}
          </span>
        ))}
      </div>
    </figure>
  )
}
