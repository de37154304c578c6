import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { zoneName } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import classes from './range-picker.module.css'
import type { Span } from './time-range.ts'
import { fromFieldValue, toFieldValue } from './zoned-time.ts'

interface RangeFormProps {
  span: Span
  timeZone: string
  onChoose: (span: Span) => void
}

/** Exact instants, by the building's clock. */
export const RangeForm = ({ span, timeZone, onChoose }: RangeFormProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const [from, setFrom] = useState(() => toFieldValue(span.fromMs, timeZone))
  const [to, setTo] = useState(() => toFieldValue(span.toMs, timeZone))
  const fromMs = fromFieldValue(from, timeZone)
  const toMs = fromFieldValue(to, timeZone)
  const isWrong = fromMs !== null && toMs !== null && fromMs >= toMs
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (fromMs !== null && toMs !== null && !isWrong) onChoose({ fromMs, toMs })
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        type="datetime-local"
        step={1}
        label={t('explorer.from')}
        value={from}
        onChange={({ currentTarget }) => setFrom(currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        step={1}
        label={t('explorer.to')}
        value={to}
        error={isWrong && t('explorer.rangeWrong')}
        onChange={({ currentTarget }) => setTo(currentTarget.value)}
      />
      <div className={classes.submit}>
        <span>{t('time.zone', { zone: zoneName(new Date(span.toMs), language, timeZone) })}</span>
        <Button type="submit" disabled={fromMs === null || toMs === null || isWrong}>
          {t('explorer.apply')}
        </Button>
      </div>
    </form>
  )
}
