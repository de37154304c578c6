import type { SignedInUser } from '@plenum/contract'
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { getJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

interface Session {
  user: SignedInUser | null
}

/** Who is signed in. It is not asked again by itself: a session that ends shows as a 401 of the next question. */
export const sessionQuery = queryOptions({
  queryKey: queryKeys.session,
  queryFn: ({ signal }) => getJson<Session>('/api/auth/get-session', signal),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
})

/** Whether single sensors of motion and occupancy are shown to whoever is signed in. */
export const useSeesPresence = (): boolean => useQuery(sessionQuery).data?.user?.sees_presence ?? false

const signedOut: Session = { user: null }

/** Whoever signs in next sees nothing of what was loaded before. */
export const signIn = async (client: QueryClient, email: string, password: string) => {
  await postJson('/api/auth/sign-in/email', { email, password })
  client.clear()
  await client.query(sessionQuery)
}

export const signOut = async (client: QueryClient) => {
  await postJson('/api/auth/sign-out', {})
  client.clear()
  client.setQueryData(sessionQuery.queryKey, signedOut)
}

/** The server says that the session ended. */
export const forgetSession = (client: QueryClient) => {
  client.setQueryData(sessionQuery.queryKey, signedOut)
}
