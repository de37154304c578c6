import type { Role } from '@plenum/contract'
import { IconSettings } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, type LinkProps, useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isAdministrator, mayConfigure, sessionQuery } from '../auth/session.ts'
import classes from './navigation.module.css'

/** Pages of those who look after buildings or the whole installation, in the order of the list. */
const adminPages = [
  { to: '/admin/people', label: 'people.title', isFor: isAdministrator },
  { to: '/admin/gateways', label: 'keys.gateways', isFor: mayConfigure },
  { to: '/admin/audit', label: 'audit.title', isFor: isAdministrator },
  { to: '/admin/system', label: 'system.title', isFor: isAdministrator },
] as const satisfies {
  to: LinkProps['to']
  label: string
  isFor: (role: Role) => boolean
}[]

/** Whom it is not for does not see that there is more. */
export const AdminList = ({ onNavigate }: { onNavigate: (() => void) | undefined }) => {
  const { t } = useTranslation()
  const { data: session } = useQuery(sessionQuery)
  const path = useLocation({ select: ({ pathname }) => pathname })
  const role = session?.user?.role
  const pages = adminPages.filter(({ isFor }) => role !== undefined && isFor(role))
  if (pages.length === 0) return null
  const isHere = path.startsWith('/admin')
  return (
    <>
      <Link to="/admin" className={classes.item} onClick={onNavigate} data-active={isHere || undefined}>
        <IconSettings size={18} stroke={1.5} aria-hidden />
        {t('nav.admin')}
      </Link>
      {isHere && (
        <ul className={classes.floors} aria-label={t('nav.admin')}>
          {pages.map(({ to, label }) => (
            <li key={to}>
              <Link to={to} aria-current={path.startsWith(to) ? 'page' : undefined} onClick={onNavigate}>
                <span>{t(label)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
