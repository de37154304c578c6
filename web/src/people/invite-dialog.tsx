import { Button, Drawer, TextInput } from '@mantine/core'
import type { InvitationInput, NewInvitation } from '@plenum/contract'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './drawer-form.module.css'
import { LinkToCopy } from './link-to-copy.tsx'
import { usePeopleChanges } from './people-queries.ts'
import { useProblemText } from './problem-text.ts'
import { type RightsChoice, RightsFields } from './rights-fields.tsx'
import { noScope, scopeFor } from './scope-choice.ts'

const firstRights: RightsChoice = { role: 'viewer', scope: noScope, seesPresence: false }

interface InviteFormProps {
  onInvited: (invitation: NewInvitation) => void
}

const InviteForm = ({ onInvited }: InviteFormProps) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const problemId = useId()
  const [rights, setRights] = useState(firstRights)
  const { invite } = usePeopleChanges()

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const name = String(form.get('name')).trim()
    const { role, scope, seesPresence } = rights
    const input: InvitationInput = {
      email: String(form.get('email')).trim(),
      ...(name !== '' && { name }),
      role,
      scope: scopeFor(role, scope),
      ...(role !== 'administrator' && { sees_presence: seesPresence }),
    }
    invite.mutate(input, { onSuccess: onInvited })
  }
  return (
    <form className={classes.form} onSubmit={submit} aria-describedby={invite.error ? problemId : undefined}>
      <p className={classes.text}>{t('people.inviteText')}</p>
      <TextInput
        name="email"
        type="email"
        label={t('people.email')}
        autoComplete="off"
        data-autofocus
        maxLength={254}
        required
        withAsterisk={false}
      />
      <TextInput name="name" label={t('people.nameOptional')} autoComplete="off" maxLength={200} />
      <RightsFields rights={rights} onChange={setRights} />
      {invite.error && <ProblemNote error={invite.error} id={problemId} text={problemText(invite.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={invite.isPending}>
          {t('people.createLink')}
        </Button>
      </div>
    </form>
  )
}

interface InviteDialogProps {
  isOpen: boolean
  onClose: () => void
}

/** First to whom and to what, then the link. */
export const InviteDialog = ({ isOpen, onClose }: InviteDialogProps) => {
  const { t } = useTranslation()
  const [invited, setInvited] = useState<NewInvitation | null>(null)
  const close = () => {
    onClose()
    setInvited(null)
  }
  return (
    <Drawer
      opened={isOpen}
      onClose={close}
      position="right"
      size={480}
      title={t('people.inviteTitle')}
      closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
    >
      {invited ? (
        <div className={classes.form}>
          <p className={classes.text}>{invited.email}</p>
          <LinkToCopy url={invited.url} expiresAt={invited.expires_at} />
          <div className={classes.actions}>
            <Button onClick={close}>{t('people.done')}</Button>
          </div>
        </div>
      ) : (
        <InviteForm onInvited={setInvited} />
      )}
    </Drawer>
  )
}
