import { ActionIcon, Button, Popover } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCalendar, IconChevronLeft, IconChevronRight, IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../platform/language.ts'
import { zoomOutFactor } from './chart-gestures.ts'
import { spanText } from './history-texts.ts'
import { RangeForm } from './range-form.tsx'
import classes from './range-picker.module.css'
import { isLive, presets, type Span, stepRange, type TimeRange, zoomSpan } from './time-range.ts'

interface RangePickerProps {
  range: TimeRange
  shown: Span
  nowMs: number
  timeZone: string
  onChoose: (range: TimeRange) => void
  onMove: (change: (span: Span) => Span) => void
}

const buttonZoom = 0.5

/** The range of time, always in this corner: a step back and forth, presets, exact instants. */
export const RangePicker = ({ range, shown, nowMs, timeZone, onChoose, onMove }: RangePickerProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const [isOpen, { toggle, close }] = useDisclosure(false)
  const label = typeof range === 'string' ? t(`explorer.presets.${range}`) : spanText(shown, language, timeZone)
  const later = stepRange(range, 1, nowMs, timeZone)
  const choose = (next: TimeRange) => {
    close()
    onChoose(next)
  }
  const icon = { size: 18, stroke: 1.5, 'aria-hidden': true }
  return (
    <fieldset className={classes.picker} aria-label={t('explorer.range')}>
      <ActionIcon
        variant="default"
        aria-label={t('explorer.previous')}
        title={t('explorer.previous')}
        onClick={() => onChoose(stepRange(range, -1, nowMs, timeZone))}
      >
        <IconChevronLeft {...icon} />
      </ActionIcon>
      <Popover opened={isOpen} onChange={toggle} position="bottom-end" trapFocus returnFocus shadow="md" width={320}>
        <Popover.Target>
          <Button
            variant="default"
            className={classes.label}
            leftSection={<IconCalendar size={16} stroke={1.5} aria-hidden />}
            onClick={toggle}
          >
            {label}
            {isLive(range) && <span className={classes.live}>{t('explorer.live')}</span>}
          </Button>
        </Popover.Target>
        <Popover.Dropdown className={classes.dropdown} aria-label={t('explorer.range')}>
          <div className={classes.presets}>
            {presets.map((preset) => (
              <button key={preset} type="button" aria-pressed={preset === range} onClick={() => choose(preset)}>
                {t(`explorer.presets.${preset}`)}
              </button>
            ))}
          </div>
          <RangeForm key={`${shown.fromMs} ${shown.toMs}`} span={shown} timeZone={timeZone} onChoose={choose} />
        </Popover.Dropdown>
      </Popover>
      <ActionIcon
        variant="default"
        aria-label={t('explorer.next')}
        title={t('explorer.next')}
        disabled={later.fromMs >= nowMs}
        onClick={() => onChoose(later)}
      >
        <IconChevronRight {...icon} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        className={classes.zoom}
        aria-label={t('explorer.zoomOut')}
        title={t('explorer.zoomOut')}
        onClick={() => onMove((span) => zoomSpan(span, zoomOutFactor))}
      >
        <IconZoomOut {...icon} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        className={classes.zoom}
        aria-label={t('explorer.zoomIn')}
        title={t('explorer.zoomIn')}
        onClick={() => onMove((span) => zoomSpan(span, buttonZoom))}
      >
        <IconZoomIn {...icon} />
      </ActionIcon>
    </fieldset>
  )
}
