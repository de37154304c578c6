import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { AccountLayout } from '../account/account-layout.tsx'
import { parseAuditSearch } from '../audit/audit-search.ts'
import { ReturnPage } from '../auth/return-page.tsx'
import { returnAddress } from '../auth/return-address.ts'
import { sessionQuery } from '../auth/session.ts'
import { SignInPage } from '../auth/sign-in-page.tsx'
import { BuildingPage } from '../dashboard/building-page.tsx'
import { FloorPage } from '../dashboard/floor-page.tsx'
import { parseFloorSearch } from '../dashboard/floor-search.ts'
import { OverviewPage } from '../dashboard/overview-page.tsx'
import { parseExplorerSearch } from '../history/explorer-search.ts'
import { followProfile } from '../platform/language.ts'
import { parsePeopleSearch } from '../people/people-search.ts'
import { parseSystemSearch } from '../system/system-search.ts'
import { parseAddress, stringifyAddress } from './address.ts'
import { BrokenPage, FirstWait, UnknownAddressPage } from './outside-pages.tsx'
import { Shell } from './shell.tsx'

/** Until the first answer is there a page is blank: shorter than this nobody notices. */
const firstWaitMs = 200

const rootRoute = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  notFoundComponent: UnknownAddressPage,
})

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => (typeof search.next === 'string' ? { next: search.next } : {}),
  component: SignInPage,
  // A server that cannot be reached is told by the form, once somebody tries.
  beforeLoad: async ({ context, search }) => {
    const { user } = await context.client.query(sessionQuery).catch(() => ({ user: null }))
    if (user) throw redirect({ href: returnAddress(search.next), replace: true })
  },
})

const returnRoute = createRoute({ getParentRoute: () => rootRoute, path: '/sign-in/return', component: ReturnPage })

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
    // Before anything is drawn, so that no page is ever drawn in the wrong language.
    await followProfile(user.locale)
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

/** Charts are a tenth of the program: who only looks at floors does not load them. */
const explorerRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/explorer',
  component: lazyRouteComponent(() => import('../history/explorer-page.tsx'), 'ExplorerPage'),
  validateSearch: parseExplorerSearch,
})

const adminRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin',
  beforeLoad: async ({ context }) => {
    const { user } = await context.client.query(sessionQuery)
    throw redirect({ to: user?.role === 'administrator' ? '/admin/people' : '/admin/gateways', replace: true })
  },
})

const gatewaysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin/gateways',
  component: lazyRouteComponent(() => import('../keys/gateways-page.tsx'), 'GatewaysPage'),
})

/** Only administrators come here: of all others none of it is loaded. */
const peopleRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin/people',
  component: lazyRouteComponent(() => import('../people/people-page.tsx'), 'PeoplePage'),
  validateSearch: parsePeopleSearch,
})

const auditRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin/audit',
  component: lazyRouteComponent(() => import('../audit/audit-page.tsx'), 'AuditPage'),
  validateSearch: parseAuditSearch,
})

const systemRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/admin/system',
  component: lazyRouteComponent(() => import('../system/system-page.tsx'), 'SystemPage'),
  validateSearch: parseSystemSearch,
})

const accountRoute = createRoute({ getParentRoute: () => signedInRoute, path: '/account', component: AccountLayout })
const profileRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../account/profile-page.tsx'), 'ProfilePage'),
})
const securityRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: '/security',
  component: lazyRouteComponent(() => import('../account/security-page.tsx'), 'SecurityPage'),
})

const ownKeysRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: '/keys',
  component: lazyRouteComponent(() => import('../keys/own-keys-page.tsx'), 'OwnKeysPage'),
})

/** For those who hold a link, signed in or not. */
const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation/$token',
  component: lazyRouteComponent(() => import('../people/invitation-page.tsx'), 'InvitationPage'),
})
const passwordResetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/password-reset/$token',
  component: lazyRouteComponent(() => import('../people/password-reset-page.tsx'), 'PasswordResetPage'),
})

const routeTree = rootRoute.addChildren([
  signInRoute,
  returnRoute,
  invitationRoute,
  passwordResetRoute,
  signedInRoute.addChildren([
    overviewRoute,
    buildingRoute,
    floorRoute,
    explorerRoute,
    adminRoute,
    peopleRoute,
    gatewaysRoute,
    auditRoute,
    systemRoute,
    accountRoute.addChildren([profileRoute, securityRoute, ownKeysRoute]),
  ]),
])

export const createAppRouter = (client: QueryClient) =>
  createRouter({
    routeTree,
    context: { client },
    parseSearch: parseAddress,
    stringifySearch: stringifyAddress,
    scrollRestoration: true,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: UnknownAddressPage,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
