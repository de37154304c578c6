import { Button, Skeleton, TextInput } from '@mantine/core'
import type { Profile } from '@plenum/contract'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { PlaceNames } from '../people/place-names.tsx'
import { useProblemText } from '../people/problem-text.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Waiting } from '../ui/waiting.tsx'
import classes from './account.module.css'
import { profileQuery, useProfileChange } from './account-queries.ts'
import { PreferenceSection } from './preference-section.tsx'

const IdentitySection = ({ profile }: { profile: Profile }) => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const problemId = useId()
  const change = useProfileChange()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    change.mutate({ name: String(new FormData(event.currentTarget).get('name')).trim() })
  }
  return (
    <form
      className={classes.section}
      onSubmit={submit}
      onChange={change.reset}
      aria-describedby={change.error ? problemId : undefined}
    >
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
      <TextInput
        name="name"
        label={t('people.name')}
        defaultValue={profile.name}
        autoComplete="name"
        maxLength={200}
        pattern=".*\S.*"
        required
        withAsterisk={false}
      />
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
