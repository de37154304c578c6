import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { User } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './drawer-form.module.css'
import { LinkToCopy } from './link-to-copy.tsx'
import { usePeopleChanges } from './people-queries.ts'
import { useProblemText } from './problem-text.ts'

interface SectionProps {
  user: User
}

/** A link for whoever forgot their password. */
export const ResetSection = ({ user }: SectionProps) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const { resetPassword } = usePeopleChanges()
  if (user.disabled) return null
  const { data: link, error } = resetPassword
  return (
    <section className={classes.section}>
      <h3>{t('people.resetPassword')}</h3>
      {link ? (
        <LinkToCopy url={link.url} expiresAt={link.expires_at} />
      ) : (
        <>
          <p>{t('people.resetText')}</p>
          <Button variant="default" loading={resetPassword.isPending} onClick={() => resetPassword.mutate(user.id)}>
            {t('people.makeResetLink')}
          </Button>
        </>
      )}
      {error && <ProblemNote error={error} text={problemText(error)} />}
    </section>
  )
}

/** Disabling is asked twice: it ends what somebody is just doing. */
export const DisableSection = ({ user }: SectionProps) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const [isAsking, { open, close }] = useDisclosure(false)
  const { change } = usePeopleChanges()
  const set = (disabled: boolean) => {
    close()
    change.mutate({ id: user.id, patch: { disabled } })
  }
  return (
    <section className={classes.section}>
      <h3>{t(user.disabled ? 'people.disabled' : 'people.disable')}</h3>
      <p>{t(user.disabled ? 'people.disabledText' : 'people.disableText')}</p>
      {user.disabled ? (
        <>
          <p>{t('people.enableText')}</p>
          <Button variant="default" loading={change.isPending} onClick={() => set(false)}>
            {t('people.enable')}
          </Button>
        </>
      ) : (
        <Button variant="default" c="var(--critical)" loading={change.isPending} onClick={open}>
          {t('people.disable')}
        </Button>
      )}
      {change.error && <ProblemNote error={change.error} text={problemText(change.error)} />}
      <Modal
        opened={isAsking}
        onClose={close}
        title={t('people.disableTitle', { name: user.name })}
        closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
        centered
      >
        <div className={classes.form}>
          <p className={classes.text}>{t('people.disableText')}</p>
          <div className={classes.actions}>
            <Button color="var(--critical)" onClick={() => set(true)}>
              {t('people.disable')}
            </Button>
            <Button variant="default" onClick={close} data-autofocus>
              {t('people.cancel')}
            </Button>
          </div>
        </div>
      </Modal>
    </section>
  )
}
