import { Button, CopyButton, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { exactTime } from '../platform/dates.ts'
import { useLanguage } from '../platform/language.ts'
import { useShownZone } from '../platform/preferences.ts'
import classes from './link-to-copy.module.css'

interface LinkToCopyProps {
  url: string
  /** RFC 3339 */
  expiresAt: string
}

/** A link that is shown once, to hand over by whatever way two people use. */
export const LinkToCopy = ({ url, expiresAt }: LinkToCopyProps) => {
  const { t } = useTranslation()
  const language = useLanguage()
  const timeZone = useShownZone()
  return (
    <div className={classes.link}>
      <TextInput
        label={t('people.linkTitle')}
        description={t('people.linkText', { time: exactTime(new Date(expiresAt), language, timeZone) })}
        inputWrapperOrder={['label', 'input', 'description']}
        value={url}
        readOnly
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      {/* Browsers give the clipboard only to pages that came by https or from this machine. */}
      {window.isSecureContext && (
        <CopyButton value={url}>
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
