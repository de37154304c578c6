import { Button, CopyButton, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
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
      <div className={classes.shown}>
        <TextInput
          label={t('keys.copyTitle')}
          description={t('keys.copyText')}
          inputWrapperOrder={['label', 'input', 'description']}
          value={value}
          readOnly
          data-autofocus
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        {/* Browsers give the clipboard only to pages that came by https or from this machine. */}
        {window.isSecureContext && (
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                <span aria-live="polite">{copied ? t('people.copied') : t('people.copy')}</span>
              </Button>
            )}
          </CopyButton>
        )}
      </div>
      <div className={classes.actions}>
        <Button onClick={onDone}>{t('people.done')}</Button>
      </div>
    </div>
  )
}
