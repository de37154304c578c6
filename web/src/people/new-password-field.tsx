import { PasswordInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** As in the contract, whose schemas are too much for a page. */
export const passwordLength = { min: 10, max: 128 }

interface NewPasswordFieldProps {
  name: string
  label: string
}

/** The browser itself refuses one that is too short, and says so. */
export const NewPasswordField = ({ name, label }: NewPasswordFieldProps) => {
  const { t } = useTranslation()
  return (
    <PasswordInput
      name={name}
      label={label}
      description={t('people.passwordRule', { count: passwordLength.min })}
      autoComplete="new-password"
      minLength={passwordLength.min}
      maxLength={passwordLength.max}
      required
      withAsterisk={false}
    />
  )
}
