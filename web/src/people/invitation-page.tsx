import { Button, TextInput } from '@mantine/core'
import type { InvitationOffer, SignedInUser } from '@plenum/contract'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams, useRouter } from '@tanstack/react-router'
import { type FormEvent, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { AccountName } from '../auth/account-name.tsx'
import outside from '../auth/outside-card.module.css'
import { OutsideCard } from '../auth/outside-card.tsx'
import { enter } from '../auth/session.ts'
import { getJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { DeadLink } from './dead-link.tsx'
import { NewPasswordField } from './new-password-field.tsx'
import { PlaceNames } from './place-names.tsx'
import { useProblemText } from './problem-text.ts'

const addressOf = (token: string) => `/api/invitation-links/${encodeURIComponent(token)}`

const offerQuery = (token: string) =>
  queryOptions({
    queryKey: queryKeys.link(token),
    queryFn: ({ signal }) => getJson<InvitationOffer>(addressOf(token), signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

const useAcceptance = (token: string) => {
  const client = useQueryClient()
  const router = useRouter()
  return useMutation({
    mutationFn: (person: { name: string; password: string }) =>
      postJson<{ user: SignedInUser | null }>(`${addressOf(token)}/accept`, person),
    onSuccess: async ({ user }) => {
      if (user) await enter(client)
      router.history.replace(user ? '/' : '/sign-in')
    },
  })
}

/** For whoever was handed a link: who invites to what, and the two things that are needed to begin. */
export const InvitationPage = () => {
  const { t } = useTranslation()
  const { token } = useParams({ from: '/invitation/$token' })
  const problemId = useId()
  const problemText = useProblemText()
  const { data: offer, error, refetch } = useQuery(offerQuery(token))
  const acceptance = useAcceptance(token)
  if (error) return <DeadLink kind="accept" error={error} onRetry={() => void refetch()} />
  if (!offer) return null

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    acceptance.mutate({ name: String(form.get('name')).trim(), password: String(form.get('password')) })
  }
  const role = t(`people.roles.${offer.role}`)
  return (
    <OutsideCard
      title={t('people.accept.title')}
      onSubmit={submit}
      describedBy={acceptance.error ? problemId : undefined}
    >
      <p className={outside.text}>{t('people.accept.text', { name: offer.invited_by, role })}</p>
      <dl className={outside.facts}>
        <dt>{t('people.scope')}</dt>
        <dd>
          {offer.role === 'administrator' ? t('people.everywhere') : <PlaceNames places={offer.places} most={10} />}
        </dd>
        <dt>{t('people.email')}</dt>
        <dd>{offer.email}</dd>
      </dl>
      <AccountName email={offer.email} />
      <TextInput
        name="name"
        label={t('people.accept.name')}
        defaultValue={offer.name ?? ''}
        autoComplete="name"
        maxLength={200}
        pattern=".*\S.*"
        required
        withAsterisk={false}
      />
      <NewPasswordField name="password" label={t('people.password')} />
      {acceptance.error && <ProblemNote error={acceptance.error} id={problemId} text={problemText(acceptance.error)} />}
      <Button type="submit" loading={acceptance.isPending} fullWidth mt={4}>
        {t('people.accept.submit')}
      </Button>
    </OutsideCard>
  )
}
