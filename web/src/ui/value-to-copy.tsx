import { Button, CopyButton, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './value-to-copy.module.css'

interface ValueToCopyProps {
  label: string
  description: string
  value: string
  /** Whether it has the focus when its dialog opens. */
  isFocused?: boolean
}

/** What is shown only once, to be taken elsewhere. */
export const ValueToCopy = ({ label, description, value, isFocused = false }: ValueToCopyProps) => {
  const { t } = useTranslation()
  return (
    <div className={classes.shown}>
      <TextInput
        label={label}
        description={description}
        inputWrapperOrder={['label', 'input', 'description']}
        value={value}
        readOnly
        data-autofocus={isFocused || undefined}
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
  )
}
