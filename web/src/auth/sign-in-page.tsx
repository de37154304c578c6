import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { type FormEvent, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemError, UnreachableError } from '../platform/api.ts'
import { LanguageMenu } from '../ui/language-menu.tsx'
import { ThemeMenu } from '../ui/theme-menu.tsx'
import { Wordmark } from '../ui/wordmark.tsx'
import { returnAddress } from './return-address.ts'
import { signIn } from './session.ts'
import classes from './sign-in-page.module.css'

const SignInProblem = ({ error, id }: { error: Error; id: string }) => {
  const { t } = useTranslation()
  if (error instanceof UnreachableError) {
    return (
      <p role="alert" id={id} className={classes.problem}>
        {t('state.unreachableTitle')}
      </p>
    )
  }
  const status = error instanceof ProblemError ? error.status : 0
  const requestId = error instanceof ProblemError && status >= 500 ? error.problem.request_id : undefined
  const isWrong = status >= 400 && status < 429
  return (
    <div role="alert" id={id} className={classes.problem}>
      <p>{isWrong ? t('signIn.wrong') : status === 429 ? t('signIn.tooMany') : t('state.brokenTitle')}</p>
      {isWrong && <p className={classes.hint}>{t('signIn.hint')}</p>}
      {requestId && <p className={classes.hint}>{t('state.requestId', { id: requestId })}</p>}
    </div>
  )
}

export const SignInPage = () => {
  const { t } = useTranslation()
  const client = useQueryClient()
  const router = useRouter()
  const { next } = useSearch({ from: '/sign-in' })
  const problemId = useId()
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(client, email, password),
    onSuccess: () => router.history.replace(returnAddress(next)),
  })

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    attempt.mutate({ email: String(form.get('email')).trim(), password: String(form.get('password')) })
  }

  return (
    <main className={classes.page}>
      <title>{`${t('signIn.title')} · Plenum`}</title>
      <form className={classes.card} onSubmit={submit} aria-describedby={attempt.error ? problemId : undefined}>
        <Wordmark />
        <h1 className={classes.title}>{t('signIn.title')}</h1>
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
      </form>
      <div className={classes.preferences}>
        <LanguageMenu />
        <ThemeMenu />
      </div>
    </main>
  )
}
