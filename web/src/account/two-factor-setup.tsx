import { Button, Modal, TextInput } from '@mantine/core'
import type { TwoFactorSetup } from '@plenum/contract'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignInProblem } from '../auth/sign-in-problem.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { OwnPasswordField } from './own-password-field.tsx'
import { QrCode } from './qr-code.tsx'
import { RecoveryCodeList } from './recovery-code-list.tsx'
import classes from './two-factor.module.css'
import { useTwoFactorChanges } from './two-factor-queries.ts'

const typedIn = (event: FormEvent<HTMLFormElement>, name: string): string => {
  event.preventDefault()
  return String(new FormData(event.currentTarget).get(name))
}

type Changes = ReturnType<typeof useTwoFactorChanges>

const PasswordStep = ({ begin }: Pick<Changes, 'begin'>) => {
  const { t } = useTranslation()
  const problemText = useSignInProblem()
  return (
    <form className={classes.form} onSubmit={(event) => begin.mutate(typedIn(event, 'password'))} onInput={begin.reset}>
      <p>{t('twoFactor.offText')}</p>
      <OwnPasswordField />
      {begin.error && <ProblemNote error={begin.error} text={problemText(begin.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={begin.isPending}>
          {t('twoFactor.next')}
        </Button>
      </div>
    </form>
  )
}

const inGroups = (secret: string): string => secret.replaceAll(/.{4}(?=.)/g, '$& ')

const ScanStep = ({ setup, enable }: { setup: TwoFactorSetup } & Pick<Changes, 'enable'>) => {
  const { t } = useTranslation()
  const problemText = useSignInProblem()
  return (
    <form className={classes.form} onSubmit={(event) => enable.mutate(typedIn(event, 'code'))} onInput={enable.reset}>
      <h3>{t('twoFactor.scanTitle')}</h3>
      <p>{t('twoFactor.scanText')}</p>
      <QrCode text={setup.uri} label={t('twoFactor.picture')} />
      <div>
        <span className={classes.secretLabel}>{t('twoFactor.secret')}</span>
        <span className={classes.secret}>{inGroups(setup.secret)}</span>
      </div>
      <TextInput
        name="code"
        label={t('twoFactor.firstCode')}
        description={t('twoFactor.turnOnText')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        autoComplete="one-time-code"
        inputMode="numeric"
        maxLength={20}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of the field before it
        autoFocus
        required
        withAsterisk={false}
      />
      {enable.error && <ProblemNote error={enable.error} text={problemText(enable.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={enable.isPending}>
          {t('twoFactor.turnOn')}
        </Button>
      </div>
    </form>
  )
}

/** Password, then the app, then recovery codes; the last of them does not close by accident. */
export const TwoFactorSetupDialog = ({ onClose }: { onClose: () => void }) => {
  const { t } = useTranslation()
  const { begin, enable } = useTwoFactorChanges()
  const codes = enable.data?.recovery_codes
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(codes ? 'twoFactor.codesTitle' : 'twoFactor.title')}
      closeOnClickOutside={false}
      closeOnEscape={codes === undefined}
      withCloseButton={codes === undefined}
      closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
      centered
    >
      {codes ? (
        <RecoveryCodeList codes={codes} onDone={onClose} />
      ) : begin.data ? (
        <ScanStep setup={begin.data} enable={enable} />
      ) : (
        <PasswordStep begin={begin} />
      )}
    </Modal>
  )
}
