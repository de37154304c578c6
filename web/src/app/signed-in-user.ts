import { useMantineColorScheme } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { sessionQuery } from '../auth/session.ts'
import { followProfile } from '../platform/language.ts'
import type { Preferences } from '../platform/preferences.ts'

/** How soon a page that asks nothing else notices that its person is somebody else now, or nobody. */
const askAgainMs = 30_000

/** Follows who is signed in: what they may do, how they want to see things, and that they still are. */
export const useSignedInUser = (): Preferences => {
  const client = useQueryClient()
  const router = useRouter()
  const { setColorScheme } = useMantineColorScheme()
  const { data: session } = useQuery({
    ...sessionQuery,
    refetchInterval: askAgainMs,
    refetchOnWindowFocus: 'always',
  })
  const user = session?.user
  const isSignedOut = session !== undefined && !user

  useEffect(() => {
    if (isSignedOut) void router.invalidate()
  }, [isSignedOut, router])

  // Before the first paint: nothing flashes in the theme of somebody else.
  const theme = user?.theme
  useLayoutEffect(() => {
    if (theme) setColorScheme(theme)
    // Mantine makes the function anew at every drawing.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [theme])

  const locale = user?.locale
  useEffect(() => {
    if (locale !== undefined) void followProfile(locale)
  }, [locale])

  // Another role sees other things: nothing that was loaded with the old one stays.
  const role = user?.role
  const knownRole = useRef(role)
  useEffect(() => {
    if (role && knownRole.current && knownRole.current !== role) {
      const others = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== 'session' }
      void client.resetQueries(others)
    }
    if (role) knownRole.current = role
  }, [role, client])

  const units = user?.units ?? 'auto'
  const timeZone = user?.time_zone ?? null
  return useMemo(() => ({ units, timeZone }), [units, timeZone])
}
