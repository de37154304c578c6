import { Drawer, Skeleton } from '@mantine/core'
import type { User } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FailurePage } from '../ui/failure-page.tsx'
import classes from './drawer-form.module.css'
import { personQuery, usePeopleChanges } from './people-queries.ts'
import { DisableSection, ResetSection } from './person-sections.tsx'
import { type RightsChoice, RightsFields } from './rights-fields.tsx'
import { nameIn, PersonNameField, SavedForm } from './saved-form.tsx'
import { noScope, scopeFor } from './scope-choice.ts'
import { SingleSignOnConnection, TwoFactorReset } from './sign-in-sections.tsx'

const rightsOf = ({ role, scope, sees_presence }: User): RightsChoice => ({
  role,
  scope: scope ?? noScope,
  seesPresence: role !== 'administrator' && sees_presence,
})

const PersonForm = ({ user }: { user: User }) => {
  const [rights, setRights] = useState(() => rightsOf(user))
  const { change } = usePeopleChanges()

  const save = (form: FormData) => {
    const { role, scope, seesPresence } = rights
    const patch = {
      name: nameIn(form),
      role,
      scope: scopeFor(role, scope),
      ...(role !== 'administrator' && { sees_presence: seesPresence }),
    }
    change.mutate({ id: user.id, patch })
  }
  return (
    <SavedForm className={classes.form} change={change} onSave={save}>
      <p className={classes.text}>{user.email}</p>
      <PersonNameField name={user.name} autoComplete="off" />
      <RightsFields rights={rights} places={user.places} onChange={setRights} />
    </SavedForm>
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
