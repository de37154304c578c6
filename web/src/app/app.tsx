import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { forgetSession, sessionQuery } from '../auth/session.ts'
import { createQueryClient } from '../platform/query-client.ts'
import { getStyleNonce } from '../ui/style-nonce.ts'
import { colorSchemeManager, cssVariablesResolver, theme } from '../ui/theme.ts'
import { createAppRouter } from './router.tsx'

/** Asking for who is signed in again makes the router lead to the sign-in page and remember the address. */
const onSignedOut = () => {
  forgetSession(client)
  void router.invalidate()
}

/** What somebody may do is asked again, and their page follows. */
const onForbidden = () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey })

const client = createQueryClient({ onSignedOut, onForbidden })
const router = createAppRouter(client)

export const App = () => (
  <MantineProvider
    theme={theme}
    cssVariablesResolver={cssVariablesResolver}
    colorSchemeManager={colorSchemeManager}
    defaultColorScheme="auto"
    getStyleNonce={getStyleNonce}
  >
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>
)
