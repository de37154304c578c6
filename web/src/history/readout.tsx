import { useTranslation } from 'react-i18next'
import { exactTime } from '../platform/dates.ts'
import { type Columns, columnAt, columnCentre } from './columns.ts'
import { spanText, useValueTexts } from './history-texts.ts'
import type { Panel, Trace } from './panels.ts'
import classes from './readout.module.css'
import { TraceMark } from './trace-mark.tsx'

interface ReadoutProps {
  panel: Panel
  columns: readonly (Columns | undefined)[]
  cursor: { atMs: number; left: number }
  /** Of the whole chart, to know on which side there is room. */
  width: number
  timeZone: string
}

interface Line {
  trace: Trace
  columns: Columns | undefined
  place: number | null
}

/** More than these stand in two columns: one would be higher than the chart. */
const manyLines = 10

const useLineText = (style: Panel['style']) => {
  const { t } = useTranslation()
  const { text, marked, language } = useValueTexts()
  return ({ trace: { sensor }, columns, place }: Line): string => {
    // Not here yet is something else than not there.
    if (!columns) return '…'
    const mean = place === null ? null : (columns.mean[place] ?? null)
    const suspect = place === null ? 0 : (columns.suspect[place] ?? 0)
    const late = place === null ? 0 : (columns.late?.[place] ?? 0)
    const marks = [...(suspect > 0 ? [marked('suspect', suspect)] : []), ...(late > 0 ? [marked('late', late)] : [])]
    if (mean === null || place === null) return ['–', ...marks].join(' · ')
    if (style === 'states' && mean > 0 && mean < 1) {
      const share = Math.round(mean * 100).toLocaleString(language)
      return [t('explorer.closedShare', { share }), ...marks].join(' · ')
    }
    const low = columns.low[place] ?? mean
    const high = columns.high[place] ?? mean
    const spread =
      high > low && style === 'lines' ? [t('explorer.span', { low: text(low, sensor), high: text(high, sensor) })] : []
    return [text(mean, sensor), ...spread, ...marks].join(' · ')
  }
}

/** All lines of a panel where the cursor is: values, their spread, and the exact time. */
export const Readout = ({ panel, columns, cursor, width, timeZone }: ReadoutProps) => {
  const { language } = useValueTexts()
  const lineText = useLineText(panel.style)
  const lines = panel.traces.map((trace, index): Line => {
    const own = columns[index]
    return { trace, columns: own, place: own ? columnAt(own, cursor.atMs) : null }
  })
  const read = lines.find(({ place }) => place !== null)
  const place = read?.place ?? 0
  const atMs = read?.columns ? columnCentre(read.columns, place) : cursor.atMs
  const time =
    panel.style === 'bars' && read?.columns
      ? spanText({ fromMs: read.columns.startMs[place] ?? 0, toMs: read.columns.endMs[place] ?? 0 }, language, timeZone)
      : exactTime(new Date(atMs), language, timeZone)
  const side = cursor.left > width / 2 ? { right: width - cursor.left + 12 } : { left: cursor.left + 12 }
  return (
    <div className={classes.readout} style={side} data-many={lines.length > manyLines || undefined}>
      <time className={classes.time}>{time}</time>
      {lines.map((line) => (
        <span key={line.trace.sensor.id} className={classes.line}>
          <TraceMark trace={line.trace} />
          <span className={classes.name}>{line.trace.sensor.name}</span>
          <b>{lineText(line)}</b>
        </span>
      ))}
    </div>
  )
}
