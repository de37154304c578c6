import type { User } from '@plenum/contract'
import { useTranslation } from 'react-i18next'
import { useShownZone } from '../platform/preferences.ts'
import { Age } from '../ui/age.tsx'
import classes from './people-table.module.css'
import { PlaceNames } from './place-names.tsx'

const Scope = ({ user }: { user: User }) => {
  const { t } = useTranslation()
  if (user.scope === null) return <span>{t('people.everywhere')}</span>
  if (user.places.length === 0) return <span className={classes.quiet}>{t('people.nowhere')}</span>
  return <PlaceNames places={user.places} />
}

interface PeopleTableProps {
  people: readonly User[]
  ownId: string | undefined
  onOpen: (user: User) => void
}

/** People by name. On a phone each row becomes a card. */
export const PeopleTable = ({ people, ownId, onOpen }: PeopleTableProps) => {
  const { t } = useTranslation()
  const timeZone = useShownZone()
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('people.name')}</th>
          <th scope="col">{t('people.role')}</th>
          <th scope="col">{t('people.scope')}</th>
          <th scope="col">{t('people.lastSeen')}</th>
          <th scope="col">{t('people.status')}</th>
        </tr>
      </thead>
      <tbody>
        {people.map((user) => (
          <tr key={user.id} data-disabled={user.disabled || undefined}>
            <th scope="row">
              <button
                type="button"
                aria-label={t('people.edit', { name: user.name || user.email })}
                onClick={() => onOpen(user)}
              >
                {user.name || user.email}
              </button>
              {user.id === ownId && <span className={classes.own}>{t('people.you')}</span>}
              <span className={classes.email}>{user.email}</span>
            </th>
            <td data-label={t('people.role')}>{t(`people.roles.${user.role}`)}</td>
            <td data-label={t('people.scope')}>
              <Scope user={user} />
            </td>
            <td data-label={t('people.lastSeen')}>
              {user.last_seen_at ? (
                <Age at={user.last_seen_at} timeZone={timeZone} />
              ) : (
                <span className={classes.quiet}>{t('people.never')}</span>
              )}
            </td>
            <td data-label={t('people.status')}>
              <span className={user.disabled ? classes.disabled : classes.quiet}>
                {t(user.disabled ? 'people.disabled' : 'people.active')}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
