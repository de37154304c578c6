import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ValueToCopy } from '../ui/value-to-copy.tsx'
import classes from './keys.module.css'

interface KeyToCopyProps {
  value: string
  onDone: () => void
}

/** A key at the only time it is shown. */
export const KeyToCopy = ({ value, onDone }: KeyToCopyProps) => {
  const { t } = useTranslation()
  return (
    <div className={classes.form}>
      <ValueToCopy label={t('keys.copyTitle')} description={t('keys.copyText')} value={value} isFocused />
      <div className={classes.actions}>
        <Button onClick={onDone}>{t('people.done')}</Button>
      </div>
    </div>
  )
}
