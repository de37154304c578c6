import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  notFound,
  Outlet,
  redirect,
  useRouter,
} from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { returnAddress } from '../auth/return-address.ts'
import { sessionQuery } from '../auth/session.ts'
import { SignInPage } from '../auth/sign-in-page.tsx'
import { BuildingPage } from '../dashboard/building-page.tsx'
import { FloorPage } from '../dashboard/floor-page.tsx'
import { parseFloorSearch } from '../dashboard/floor-search.ts'
import { OverviewPage } from '../dashboard/overview-page.tsx'
import { FailurePage } from '../ui/failure-page.tsx'
import { ProblemError } from '../platform/api.ts'
import { Wordmark } from '../ui/wordmark.tsx'
import { parseAddress, stringifyAddress } from './address.ts'
import { Shell } from './shell.tsx'

const NotFoundPage = () => <FailurePage error={new ProblemError(404, {})} />

/** Outside the frame of the signed-in pages. */
const UnknownAddressPage = () => (
  <main style={{ padding: 16 }}>
    <NotFoundPage />
  </main>
)

/** Also when nothing could be asked at all: the frame needs to know who is signed in. */
const BrokenPage = ({ error }: { error: unknown }) => {
  const router = useRouter()
  return (
    <main style={{ padding: 16 }}>
      <FailurePage error={error} onRetry={() => void router.invalidate()} />
    </main>
  )
}

/** Only seen when the first answer takes long. */
const FirstWait = () => {
  const { t } = useTranslation()
  return (
    <main role="status" aria-label={t('state.loading')} style={{ padding: 16 }}>
      <Wordmark />
    </main>
  )
}

/** Until the first answer is there a page is blank: shorter than this nobody notices. */
const firstWaitMs = 200

const rootRoute = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  notFoundComponent: UnknownAddressPage,
})

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: SignInPage,
  // A server that cannot be reached is told by the form, once somebody tries.
  beforeLoad: async ({ context, search }) => {
    const { user } = await context.client.query(sessionQuery).catch(() => ({ user: null }))
    if (user) throw redirect({ href: returnAddress(search.next), replace: true })
  },
  validateSearch: (search): { next?: string } => (typeof search.next === 'string' ? { next: search.next } : {}),
})

/** Everything but signing in; whoever is not signed in is sent there and comes back. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  component: Shell,
  pendingComponent: FirstWait,
  pendingMs: firstWaitMs,
  pendingMinMs: 0,
  beforeLoad: async ({ context, location }) => {
    const { user } = await context.client.query(sessionQuery)
    if (!user) throw redirect({ to: '/sign-in', search: { next: location.href } })
  },
})

const refuseUnlessId = (id: string) => {
  if (!/^[1-9]\d{0,9}$/.test(id)) throw notFound()
}

const overviewRoute = createRoute({ getParentRoute: () => signedInRoute, path: '/', component: OverviewPage })

const buildingRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/buildings/$buildingId',
  component: BuildingPage,
  beforeLoad: ({ params }) => refuseUnlessId(params.buildingId),
})

const floorRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/floors/$floorId',
  component: FloorPage,
  validateSearch: parseFloorSearch,
  beforeLoad: ({ params }) => refuseUnlessId(params.floorId),
})

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([overviewRoute, buildingRoute, floorRoute]),
])

export const createAppRouter = (client: QueryClient) =>
  createRouter({
    routeTree,
    context: { client },
    parseSearch: parseAddress,
    stringifySearch: stringifyAddress,
    scrollRestoration: true,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: NotFoundPage,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
