import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemError } from '../platform/api.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { CodeStep } from './code-step.tsx'
import { OutsideCard } from './outside-card.tsx'
import { returnAddress } from './return-address.ts'
import { signIn } from './session.ts'
import { SingleSignOnButton } from './single-sign-on-button.tsx'

const SignInProblem = ({ error, id }: { error: Error; id: string }) => {
  const { t } = useTranslation()
  const isTooOften = error instanceof ProblemError && error.status === 429
  return (
    <ProblemNote
      error={error}
      id={id}
      text={isTooOften ? t('signIn.tooMany') : t('signIn.wrong')}
      hint={isTooOften ? undefined : t('signIn.hint')}
    />
  )
}

export const SignInPage = () => {
  const { t } = useTranslation()
  const client = useQueryClient()
  const router = useRouter()
  const { next } = useSearch({ from: '/sign-in' })
  const problemId = useId()
  const [needsCode, setNeedsCode] = useState(false)
  const go = () => router.history.replace(returnAddress(next))
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(client, email, password),
    onSuccess: (isCodeAsked) => (isCodeAsked ? setNeedsCode(true) : go()),
  })

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    attempt.mutate({ email: String(form.get('email')).trim(), password: String(form.get('password')) })
  }

  if (needsCode) return <CodeStep onDone={go} onAgain={() => setNeedsCode(false)} />
  return (
    <OutsideCard title={t('signIn.title')} onSubmit={submit} describedBy={attempt.error ? problemId : undefined}>
      <TextInput
        name="email"
        type="email"
        label={t('signIn.email')}
        autoComplete="username"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page is this form, nothing is skipped
        autoFocus
        required
        withAsterisk={false}
      />
      <PasswordInput
        name="password"
        label={t('signIn.password')}
        autoComplete="current-password"
        required
        withAsterisk={false}
      />
      {attempt.error && <SignInProblem error={attempt.error} id={problemId} />}
      <Button type="submit" loading={attempt.isPending} fullWidth mt={4}>
        {t('signIn.submit')}
      </Button>
      <SingleSignOnButton next={returnAddress(next)} />
    </OutsideCard>
  )
}
