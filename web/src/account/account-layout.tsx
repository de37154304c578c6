import { Link, Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { PageHead } from '../ui/page-head.tsx'
import classes from './account.module.css'

/** Pages of a person's own account, in the order of their tabs. */
const pages = [
  { to: '/account', label: 'people.account.profile' },
  { to: '/account/security', label: 'people.account.security' },
  { to: '/account/keys', label: 'keys.title' },
] as const

export const AccountLayout = () => {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('people.account.title')} />
      <nav aria-label={t('people.account.title')} className={classes.tabs}>
        {pages.map(({ to, label }) => (
          <Link key={to} to={to} activeOptions={{ exact: true }} activeProps={{ 'aria-current': 'page' }}>
            {t(label)}
          </Link>
        ))}
      </nav>
      <div className={classes.sections}>
        <Outlet />
      </div>
    </>
  )
}
