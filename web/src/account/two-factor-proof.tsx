import { Button, Modal, TextInput } from '@mantine/core'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignInProblem } from '../auth/sign-in-problem.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { OwnPasswordField } from './own-password-field.tsx'
import { RecoveryCodeList } from './recovery-code-list.tsx'
import classes from './two-factor.module.css'
import { givenCode, useTwoFactorChanges } from './two-factor-queries.ts'

interface ProofDialogProps {
  /** What is done with password and code. */
  action: 'turnOff' | 'renew'
  onClose: () => void
}

/** Switching off and new recovery codes ask for everything that signing in asks for. */
export const ProofDialog = ({ action, onClose }: ProofDialogProps) => {
  const { t } = useTranslation()
  const problemText = useSignInProblem()
  const { disable, renew } = useTwoFactorChanges()
  const { error, isPending } = action === 'renew' ? renew : disable
  const codes = renew.data?.recovery_codes
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const proof = { password: String(form.get('password')), ...givenCode(String(form.get('code'))) }
    if (action === 'renew') renew.mutate(proof)
    else disable.mutate(proof, { onSuccess: onClose })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(codes || action === 'renew' ? 'twoFactor.codesTitle' : 'twoFactor.title')}
      closeOnClickOutside={codes === undefined}
      closeOnEscape={codes === undefined}
      withCloseButton={codes === undefined}
      closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
      centered
    >
      {codes ? (
        <RecoveryCodeList codes={codes} onDone={onClose} />
      ) : (
        <form className={classes.form} onSubmit={submit} onInput={action === 'renew' ? renew.reset : disable.reset}>
          <p>{t(`twoFactor.${action}Text`)}</p>
          <OwnPasswordField />
          <TextInput
            name="code"
            label={t('twoFactor.codeOrRecovery')}
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={60}
            required
            withAsterisk={false}
          />
          {error && <ProblemNote error={error} text={problemText(error)} />}
          <div className={classes.actions}>
            <Button type="submit" loading={isPending} {...(action === 'turnOff' && { color: 'var(--critical)' })}>
              {t(`twoFactor.${action}`)}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('twoFactor.cancel')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  )
}
