import { QueryCache, QueryClient } from '@tanstack/react-query'
import { ProblemError } from './api.ts'

interface QueryClientOptions {
  /** The session ended while a page was open. */
  onSignedOut: () => void
}

export const createQueryClient = ({ onSignedOut }: QueryClientOptions) =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ProblemError && error.status === 401) onSignedOut()
      },
    }),
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
