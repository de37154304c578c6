import { Button, Drawer, Skeleton, TextInput } from '@mantine/core'
import type { User } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FailurePage } from '../ui/failure-page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './drawer-form.module.css'
import { personQuery, usePeopleChanges } from './people-queries.ts'
import { DisableSection, ResetSection } from './person-sections.tsx'
import { useProblemText } from './problem-text.ts'
import { type RightsChoice, RightsFields } from './rights-fields.tsx'
import { noScope, scopeFor } from './scope-choice.ts'
import { SingleSignOnConnection, TwoFactorReset } from './sign-in-sections.tsx'

const rightsOf = ({ role, scope, sees_presence }: User): RightsChoice => ({
  role,
  scope: scope ?? noScope,
  seesPresence: role !== 'administrator' && sees_presence,
})

const PersonForm = ({ user }: { user: User }) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const problemId = useId()
  const [rights, setRights] = useState(() => rightsOf(user))
  const { change } = usePeopleChanges()

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { role, scope, seesPresence } = rights
    const patch = {
      name: String(new FormData(event.currentTarget).get('name')).trim(),
      role,
      scope: scopeFor(role, scope),
      ...(role !== 'administrator' && { sees_presence: seesPresence }),
    }
    change.mutate({ id: user.id, patch })
  }
  return (
    <form
      className={classes.form}
      onSubmit={submit}
      onChange={change.reset}
      aria-describedby={change.error ? problemId : undefined}
    >
      <p className={classes.text}>{user.email}</p>
      <TextInput
        name="name"
        label={t('people.name')}
        defaultValue={user.name}
        autoComplete="off"
        maxLength={200}
        pattern=".*\S.*"
        required
        withAsterisk={false}
      />
      <RightsFields rights={rights} places={user.places} onChange={setRights} />
      {change.error && <ProblemNote error={change.error} id={problemId} text={problemText(change.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={change.isPending}>
          {t('people.save')}
        </Button>
        <output className={classes.saved}>{change.isSuccess && t('people.saved')}</output>
      </div>
    </form>
  )
}

const Person = ({ id }: { id: string }) => {
  const { data: user, error, refetch } = useQuery(personQuery(id))
  if (error && !user) return <FailurePage error={error} onRetry={() => void refetch()} />
  if (!user) return <Skeleton height={320} radius="lg" />
  return (
    <>
      <PersonForm user={user} />
      <ResetSection user={user} />
      <TwoFactorReset user={user} />
      <SingleSignOnConnection user={user} />
      <DisableSection user={user} />
    </>
  )
}

interface PersonDrawerProps {
  /** null: closed. */
  personId: string | null
  name: string
  onClose: () => void
}

/** Everything an administrator can change of one person. */
export const PersonDrawer = ({ personId, name, onClose }: PersonDrawerProps) => {
  const { t } = useTranslation()
  return (
    <Drawer
      opened={personId !== null}
      onClose={onClose}
      position="right"
      size={480}
      title={name}
      closeButtonProps={{ 'aria-label': t('app.close'), size: 44 }}
    >
      {personId !== null && <Person key={personId} id={personId} />}
    </Drawer>
  )
}
