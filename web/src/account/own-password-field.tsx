import { PasswordInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { AccountName } from '../auth/account-name.tsx'
import { sessionQuery } from '../auth/session.ts'

/** The password again, from whoever is signed in, before something of it is changed; the field is `password`. */
export const OwnPasswordField = () => {
  const { t } = useTranslation()
  const { data: session } = useQuery(sessionQuery)
  return (
    <>
      <AccountName email={session?.user?.email ?? ''} />
      <PasswordInput
        name="password"
        label={t('twoFactor.password')}
        autoComplete="current-password"
        maxLength={128}
        data-autofocus
        required
        withAsterisk={false}
      />
    </>
  )
}
