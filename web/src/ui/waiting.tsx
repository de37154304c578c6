import { VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Around a skeleton: says to a screen reader what the grey shapes say to the eye. */
export const Waiting = ({ children }: { children: ReactNode }) => {
  const { t } = useTranslation()
  return (
    <div aria-busy>
      <VisuallyHidden>
        <output>{t('state.loading')}</output>
      </VisuallyHidden>
      {children}
    </div>
  )
}
