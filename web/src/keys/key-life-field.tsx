import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const days = [7, 30, 90, 180, 365, 730] as const
export const lifeField = 'life'

interface KeyLifeFieldProps {
  /** Days, or null for a key that never ends. */
  first: number | null
  mayBeForever?: boolean
}

/** How long a key works. Read by `lifeOf` from the form. */
export const KeyLifeField = ({ first, mayBeForever = false }: KeyLifeFieldProps) => {
  const { t } = useTranslation()
  return (
    <NativeSelect
      name={lifeField}
      label={t('keys.life')}
      defaultValue={String(first ?? '')}
      data={[
        ...(mayBeForever ? [{ value: '', label: t('keys.forever') }] : []),
        ...days.map((count) => ({
          value: String(count),
          label: count % 365 === 0 ? t('keys.years', { count: count / 365 }) : t('keys.days', { count }),
        })),
      ]}
    />
  )
}

export const lifeOf = (form: FormData): { expires_in_days?: number } => {
  const value = String(form.get(lifeField))
  return value === '' ? {} : { expires_in_days: Number(value) }
}
