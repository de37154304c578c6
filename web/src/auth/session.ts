import type { ProfilePatch, SignedInUser } from '@plenum/contract'
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { getJson, patchJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'
import { takeChosenHere } from './chosen-here.ts'

interface Session {
  user: SignedInUser | null
}

/** Who is signed in, with what they may do and how they want to see things. The shell asks again now and then. */
export const sessionQuery = queryOptions({
  queryKey: queryKeys.session,
  queryFn: ({ signal }) => getJson<Session>('/api/auth/get-session', signal),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
})

/** Whether single sensors of motion and occupancy are shown to whoever is signed in. */
export const useSeesPresence = (): boolean => useQuery(sessionQuery).data?.user?.sees_presence ?? false

const signedOut: Session = { user: null }

/** Whoever signs in next sees nothing of what was loaded before. What they chose on the way in, they chose. */
export const enter = async (client: QueryClient) => {
  client.clear()
  const chosen = takeChosenHere()
  // Whoever is in is in, also where this could not be kept.
  if (Object.keys(chosen).length > 0) await patchJson('/api/profile', chosen).catch(() => undefined)
  await client.query(sessionQuery)
}

export const signIn = async (client: QueryClient, email: string, password: string) => {
  await postJson('/api/auth/sign-in/email', { email, password })
  await enter(client)
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

/** Everything that shows the person follows at once. */
export const noteProfile = (client: QueryClient, { name, locale, time_zone, theme, units }: Required<ProfilePatch>) => {
  client.setQueryData(sessionQuery.queryKey, (session) =>
    session?.user ? { user: { ...session.user, name, locale, time_zone, theme, units } } : session,
  )
}
