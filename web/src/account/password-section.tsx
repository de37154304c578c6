import { Button, PasswordInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { AccountName } from '../auth/account-name.tsx'
import { sessionQuery } from '../auth/session.ts'
import { NewPasswordField, passwordLength } from '../people/new-password-field.tsx'
import { useProblemText } from '../people/problem-text.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './account.module.css'
import { useSecurityChanges } from './account-queries.ts'

export const PasswordSection = () => {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const problemId = useId()
  const { data: session } = useQuery(sessionQuery)
  const { changePassword: change } = useSecurityChanges()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const given = new FormData(form)
    const passwords = {
      current_password: String(given.get('current')),
      new_password: String(given.get('new')),
    }
    change.mutate(passwords, { onSuccess: () => form.reset() })
  }
  return (
    <form
      className={classes.section}
      onSubmit={submit}
      onInput={change.reset}
      aria-describedby={change.error ? problemId : undefined}
    >
      <h2>{t('people.account.passwordTitle')}</h2>
      <p>{t('people.account.passwordText')}</p>
      <AccountName email={session?.user?.email ?? ''} />
      <PasswordInput
        name="current"
        label={t('people.account.currentPassword')}
        autoComplete="current-password"
        maxLength={passwordLength.max}
        required
        withAsterisk={false}
      />
      <NewPasswordField name="new" label={t('people.account.newPassword')} />
      {change.error && <ProblemNote error={change.error} id={problemId} text={problemText(change.error)} />}
      <div className={classes.actions}>
        <Button type="submit" loading={change.isPending}>
          {t('people.account.changePassword')}
        </Button>
        <output className={classes.saved}>{change.isSuccess && t('people.account.passwordChanged')}</output>
      </div>
    </form>
  )
}
