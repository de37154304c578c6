import { Button } from '@mantine/core'
import type { PasswordResetOffer } from '@plenum/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { AccountName } from '../auth/account-name.tsx'
import outside from '../auth/outside-card.module.css'
import { OutsideCard } from '../auth/outside-card.tsx'
import { getJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { DeadLink } from './dead-link.tsx'
import { NewPasswordField } from './new-password-field.tsx'
import { useProblemText } from './problem-text.ts'

const addressOf = (token: string) => `/api/password-resets/${encodeURIComponent(token)}`

const Done = () => {
  const { t } = useTranslation()
  return (
    <OutsideCard title={t('people.reset.doneTitle')}>
      <p className={outside.text}>{t('people.reset.doneText')}</p>
      <Button renderRoot={(props) => <Link to="/sign-in" {...props} />}>{t('people.signIn')}</Button>
    </OutsideCard>
  )
}

/** For whoever was handed a link by an administrator. */
export const PasswordResetPage = () => {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { token } = useParams({ from: '/password-reset/$token' })
  const problemId = useId()
  const problemText = useProblemText()
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.link(token),
    queryFn: ({ signal }) => getJson<PasswordResetOffer>(addressOf(token), signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const use = useMutation({
    mutationFn: (password: string) => postJson(addressOf(token), { password }),
    // A session of this browser may have ended with it.
    onSuccess: () => client.removeQueries({ queryKey: queryKeys.session }),
  })
  if (use.isSuccess) return <Done />
  if (error) return <DeadLink kind="reset" error={error} onRetry={() => void refetch()} />
  if (!data) return null

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    use.mutate(String(new FormData(event.currentTarget).get('password')))
  }
  return (
    <OutsideCard title={t('people.reset.title')} onSubmit={submit} describedBy={use.error ? problemId : undefined}>
      <p className={outside.text}>{t('people.reset.text', { email: data.email })}</p>
      <AccountName email={data.email} />
      <NewPasswordField name="password" label={t('people.account.newPassword')} />
      {use.error && <ProblemNote error={use.error} id={problemId} text={problemText(use.error)} />}
      <Button type="submit" loading={use.isPending} fullWidth mt={4}>
        {t('people.reset.submit')}
      </Button>
    </OutsideCard>
  )
}
