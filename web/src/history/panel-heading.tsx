import { useTranslation } from 'react-i18next'
import { KindIcon } from '../readings/kind-icon.tsx'
import classes from './chart-panel.module.css'
import type { Columns } from './columns.ts'
import { comfortBandOf, limitOf } from './comfort.ts'
import { bucketSizeOf } from './counter-buckets.ts'
import { useValueTexts } from './history-texts.ts'
import { MarkSign } from './mark-sign.tsx'
import { seenStretches } from './marked-stretches.ts'
import type { Panel } from './panels.ts'
import type { Span } from './time-range.ts'

interface PanelHeadingProps {
  panel: Panel
  columns: readonly (Columns | undefined)[]
  /** Units as the axes show them, the left one first. */
  axisUnits: readonly string[]
  shown: Span
  settled: Span
  isLoading: boolean
}

/** What the reader needs to know of the axes: their units, and what is drawn behind the lines. */
const usePanelNotes = (panel: Panel, axisUnits: readonly string[], settled: Span): string[] => {
  const { t } = useTranslation()
  const { text } = useValueTexts()
  if (panel.style === 'states') return []
  const [left = '', ...right] = axisUnits
  const notes = [right.length === 0 ? left : t('explorer.axes', { left, right: right.join(', ') })]
  if (panel.style === 'bars') notes.push(t(`explorer.perBucket.${bucketSizeOf(settled)}`))
  const unit = panel.units[0] ?? ''
  const measured = { sensor_type: panel.kind, unit }
  const comfort = comfortBandOf(panel.kind, unit)
  if (comfort) {
    const short = (value: number) => text(value, measured).replace(/\.0+(?= )/, '')
    const low = short(comfort.low).split(' ')[0]
    notes.push(
      t('explorer.comfort', { low, high: short(comfort.high), source: t(`explorer.sources.${comfort.source}`) }),
    )
  }
  const limit = limitOf(panel.kind, unit)
  if (limit) {
    const source = t(`explorer.sources.${limit.source}`)
    notes.push(t('explorer.limit', { value: text(limit.value, measured), source }))
  }
  return notes
}

/** What the chart below shows, and what its marks mean: only those that are there. */
export const PanelHeading = ({ panel, columns, axisUnits, shown, settled, isLoading }: PanelHeadingProps) => {
  const { t } = useTranslation()
  const notes = usePanelNotes(panel, axisUnits, settled)
  const marks = (['suspect', 'late'] as const).filter((kind) => seenStretches(columns, kind, shown).length > 0)
  return (
    <header className={classes.heading}>
      <h2>
        <span aria-hidden className={classes.icon}>
          <KindIcon kind={panel.kind} />
        </span>
        {t(`kinds.${panel.kind}`)}
      </h2>
      {notes.filter(Boolean).map((note) => (
        <span key={note}>{note}</span>
      ))}
      {marks.map((kind) => (
        <span key={kind} className={classes.legend}>
          <MarkSign kind={kind} />
          {t(`explorer.marks.${kind}`)}
        </span>
      ))}
      <output className={classes.loading}>{isLoading && t('explorer.updating')}</output>
    </header>
  )
}
