import { Button, CopyButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { sessionQuery } from '../auth/session.ts'
import classes from './two-factor.module.css'

interface RecoveryCodeListProps {
  codes: readonly string[]
  onDone: () => void
}

/** Shown once. */
export const RecoveryCodeList = ({ codes, onDone }: RecoveryCodeListProps) => {
  const { t } = useTranslation()
  const { data: session } = useQuery(sessionQuery)
  const download = () => {
    const title = t('twoFactor.codesFile', { email: session?.user?.email })
    const url = URL.createObjectURL(new Blob([`${title}\n\n${codes.join('\n')}\n`], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = url
    link.download = 'plenum-recovery-codes.txt'
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <div className={classes.form}>
      <p>{t('twoFactor.codesText')}</p>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={classes.actions}>
        {/* Browsers give the clipboard only to pages that came by https or from this machine. */}
        {window.isSecureContext && (
          <CopyButton value={codes.join('\n')}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                <span aria-live="polite">{t(copied ? 'twoFactor.copied' : 'twoFactor.copy')}</span>
              </Button>
            )}
          </CopyButton>
        )}
        <Button variant="default" onClick={download}>
          {t('twoFactor.download')}
        </Button>
        <Button onClick={onDone}>{t('twoFactor.done')}</Button>
      </div>
    </div>
  )
}
