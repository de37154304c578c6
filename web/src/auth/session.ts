import type {
  CodeGiven,
  ProfilePatch,
  Role,
  SignedInUser,
  SignInAnswer,
  SignInWays,
  SingleSignOnAnswer,
  SingleSignOnStart,
} from '@plenum/contract'
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

export const isAdministrator = (role: Role): boolean => role === 'administrator'
/** Buildings, gateways and their keys; administrators all, managers those of their buildings. */
export const mayConfigure = (role: Role): boolean => isAdministrator(role) || role === 'manager'

const signedOut: Session = { user: null }

/** Whoever signs in next sees nothing of what was loaded before. What they chose on the way in, they chose. */
export const enter = async (client: QueryClient) => {
  client.clear()
  const chosen = takeChosenHere()
  // Whoever is in is in, also where this could not be kept.
  if (Object.keys(chosen).length > 0) await patchJson('/api/profile', chosen).catch(() => undefined)
  await client.query(sessionQuery)
}

/** @returns whether a code is asked for; else they are in */
export const signIn = async (client: QueryClient, email: string, password: string): Promise<boolean> => {
  const answer = await postJson<SignInAnswer>('/api/auth/sign-in/email', { email, password })
  if ('two_factor_required' in answer) return true
  await enter(client)
  return false
}

export const giveCode = async (client: QueryClient, given: CodeGiven) => {
  await postJson('/api/auth/two-factor/verify', given)
  await enter(client)
}

/** Ways to sign in besides the password; a page that can't learn of them shows none. */
export const waysQuery = queryOptions({
  queryKey: queryKeys.signInWays,
  queryFn: ({ signal }) => getJson<SignInWays>('/api/auth/ways', signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** @returns the provider's address, to go to */
export const beginSingleSignOn = async (next: string): Promise<string> =>
  (await postJson<SingleSignOnStart>('/api/auth/single-sign-on', { next })).url

/** @param search what the provider added to our address. @returns whether a code is asked for, and where to go */
export const finishSingleSignOn = async (client: QueryClient, search: string) => {
  const answer = await postJson<SingleSignOnAnswer>('/api/auth/single-sign-on/finish', { search })
  const needsCode = 'two_factor_required' in answer
  if (!needsCode) await enter(client)
  return { needsCode, next: answer.next }
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
