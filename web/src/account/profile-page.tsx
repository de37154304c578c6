import { Skeleton } from '@mantine/core'
import type { Profile } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { PlaceNames } from '../people/place-names.tsx'
import { nameIn, PersonNameField, SavedForm } from '../people/saved-form.tsx'
import { FailurePage } from '../ui/failure-page.tsx'
import { Waiting } from '../ui/waiting.tsx'
import classes from './account.module.css'
import { profileQuery, useProfileChange } from './account-queries.ts'
import { PreferenceSection } from './preference-section.tsx'

const IdentitySection = ({ profile }: { profile: Profile }) => {
  const { t } = useTranslation()
  const change = useProfileChange()
  return (
    <SavedForm className={classes.section} change={change} onSave={(form) => change.mutate({ name: nameIn(form) })}>
      <h2>{t('people.account.you')}</h2>
      <dl className={classes.facts}>
        <dt>{t('people.email')}</dt>
        <dd>{profile.email}</dd>
        <dt>{t('people.account.yourRole')}</dt>
        <dd>{t(`people.roles.${profile.role}`)}</dd>
        <dt>{t('people.scope')}</dt>
        <dd>
          {profile.role === 'administrator' ? (
            t('people.everywhere')
          ) : profile.places.length === 0 ? (
            t('people.nowhere')
          ) : (
            <PlaceNames places={profile.places} most={10} />
          )}
        </dd>
      </dl>
      <PersonNameField name={profile.name} autoComplete="name" />
    </SavedForm>
  )
}

export const ProfilePage = () => {
  const { data: profile, error, refetch } = useQuery(profileQuery)
  if (error && !profile) return <FailurePage error={error} onRetry={() => void refetch()} />
  if (!profile) {
    return (
      <Waiting>
        <Skeleton height={220} radius="lg" mb={16} />
        <Skeleton height={380} radius="lg" />
      </Waiting>
    )
  }
  return (
    <>
      <IdentitySection profile={profile} />
      <PreferenceSection profile={profile} />
    </>
  )
}
