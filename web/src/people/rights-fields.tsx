import { NativeSelect } from '@mantine/core'
import type { Role, ScopeInput, ScopePlace } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { roles } from './people-search.ts'
import classes from './rights-fields.module.css'
import { ScopePicker } from './scope-picker.tsx'

/** What somebody may do, as it is being chosen. */
export interface RightsChoice {
  role: Role
  scope: ScopeInput
  seesPresence: boolean
}

interface RightsFieldsProps {
  rights: RightsChoice
  places?: readonly ScopePlace[]
  onChange: (rights: RightsChoice) => void
}

const noPlaces: ScopePlace[] = []

/** Role, where it holds, and whether single sensors of presence are shown. */
export const RightsFields = ({ rights, places = noPlaces, onChange }: RightsFieldsProps) => {
  const { t } = useTranslation()
  const { role, scope, seesPresence } = rights
  return (
    <>
      <NativeSelect
        label={t('people.role')}
        description={t(`people.roleMeans.${role}`)}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={role}
        onChange={({ currentTarget }) => onChange({ ...rights, role: currentTarget.value as Role })}
        data={roles.map((value) => ({ value, label: t(`people.roles.${value}`) }))}
      />
      {role !== 'administrator' && (
        <>
          <ScopePicker
            role={role}
            scope={scope}
            places={places}
            onChange={(chosen) => onChange({ ...rights, scope: chosen })}
          />
          <label className={classes.presence}>
            <input
              type="checkbox"
              checked={seesPresence}
              onChange={({ currentTarget }) => onChange({ ...rights, seesPresence: currentTarget.checked })}
            />
            <span>
              {t('people.presence')}
              <small>{t('people.presenceWhy')}</small>
            </span>
          </label>
        </>
      )}
    </>
  )
}
