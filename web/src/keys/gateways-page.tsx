import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { mayConfigure, sessionQuery } from '../auth/session.ts'
import { isWithdrawn, ProblemError } from '../platform/api.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'
import { FailurePage } from '../ui/failure-page.tsx'
import { NoticePage } from '../ui/notice-page.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Waiting } from '../ui/waiting.tsx'
import { GatewayCard } from './gateway-card.tsx'
import { gatewaysQuery } from './key-queries.ts'
import classes from './keys.module.css'

/** Gateways by building, with the keys that they send with. */
export const GatewaysPage = () => {
  const { t } = useTranslation()
  const { data: session } = useQuery(sessionQuery)
  const gateways = useQuery(gatewaysQuery)
  const buildings = useQuery(buildingsQuery)
  if (session?.user && !mayConfigure(session.user.role)) return <FailurePage error={new ProblemError(403, {})} />
  const error = gateways.error ?? buildings.error
  const isLoaded = gateways.data !== undefined && buildings.data !== undefined
  if (error && (!isLoaded || isWithdrawn(error))) {
    const retry = () => void Promise.all([gateways.refetch(), buildings.refetch()])
    return <FailurePage error={error} onRetry={retry} />
  }
  const groups = (buildings.data ?? [])
    .map((building) => ({
      building,
      gateways: (gateways.data ?? []).filter(({ building_id }) => building_id === building.id),
    }))
    .filter((group) => group.gateways.length > 0)
  return (
    <>
      <PageHead title={t('keys.gateways')} crumbs={[{ name: t('nav.admin'), link: { to: '/admin' } }]} />
      {!isLoaded && (
        <Waiting>
          <Skeleton height={120} mb={16} radius="lg" />
          <Skeleton height={120} radius="lg" />
        </Waiting>
      )}
      {isLoaded && groups.length === 0 && (
        <NoticePage title={t('keys.noGatewaysTitle')} text={t('keys.noGatewaysText')} />
      )}
      {groups.map(({ building, gateways: own }) => (
        <section key={building.id} className={classes.building}>
          <h2>{building.name}</h2>
          {own.map((gateway) => (
            <GatewayCard key={gateway.id} gateway={gateway} timeZone={building.timezone} />
          ))}
        </section>
      ))}
    </>
  )
}
