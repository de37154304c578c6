import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ProblemError } from './api.ts'

interface QueryClientOptions {
  /** The session ended while a page was open. */
  onSignedOut: () => void
  /** Somebody may no longer what their page is about: their role has changed. */
  onForbidden: () => void
}

export const createQueryClient = ({ onSignedOut, onForbidden }: QueryClientOptions) => {
  const onError = (error: Error) => {
    if (!(error instanceof ProblemError)) return
    // A wrong password is a 401 too, and ends no session.
    if (error.status === 401 && error.problem.code !== 'sign_in_failed') onSignedOut()
    if (error.status === 403) onForbidden()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // A building's network often has no internet: `navigator.onLine` says nothing about the server.
        networkMode: 'always',
        // Polling asks again soon enough, and a failure should be told at once.
        retry: false,
        staleTime: 2_000,
        refetchIntervalInBackground: false,
      },
      mutations: { networkMode: 'always' },
    },
  })
}
