import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useKeyProblemText } from './key-texts.ts'
import classes from './keys.module.css'

interface RevokeButtonProps {
  name: string
  isPending: boolean
  error: Error | null
  onRevoke: () => void
}

/** Asked twice: what uses the key stops at once, and it can't be brought back. */
export const RevokeButton = ({ name, isPending, error, onRevoke }: RevokeButtonProps) => {
  const { t } = useTranslation()
  const problemText = useKeyProblemText()
  const [isAsking, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button variant="default" aria-label={t('keys.revokeNamed', { name })} onClick={open}>
        {t('keys.revoke')}
      </Button>
      <Modal
        opened={isAsking}
        onClose={close}
        title={t('keys.revokeTitle', { name })}
        closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
        centered
      >
        <div className={classes.form}>
          <p className={classes.text}>{t('keys.revokeText')}</p>
          {error && <ProblemNote error={error} text={problemText(error)} />}
          <div className={classes.actions}>
            <Button color="var(--critical)" loading={isPending} onClick={onRevoke}>
              {t('keys.revoke')}
            </Button>
            <Button variant="default" onClick={close} data-autofocus>
              {t('people.cancel')}
            </Button>
          </div>
        </div>
      </Modal>
    </>
  )
}
