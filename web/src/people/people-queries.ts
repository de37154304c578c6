import type {
  Floor,
  Invitation,
  InvitationInput,
  NewInvitation,
  PasswordResetLink,
  User,
  UserPatch,
} from '@plenum/contract'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { deleteThing, getEvery, getJson, patchJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'
import type { PeopleSearch } from './people-search.ts'

interface UserPage {
  items: User[]
  next_cursor: string | null
}

const perPage = 50

export const peopleQuery = ({ role, status, q }: PeopleSearch) =>
  infiniteQueryOptions({
    queryKey: queryKeys.people({ role, status, q }),
    queryFn: ({ signal, pageParam }) => {
      const given = { role, status, text: q, cursor: pageParam ?? undefined, limit: String(perPage) }
      const search = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined)
      return getJson<UserPage>(`/api/users?${new URLSearchParams(search)}`, signal)
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    // A letter more must not blank the list.
    placeholderData: (before) => before,
  })

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: [...queryKeys.allPeople, id],
    queryFn: ({ signal }) => getJson<User>(`/api/users/${id}`, signal),
  })

export const invitationsQuery = queryOptions({
  queryKey: queryKeys.invitations,
  queryFn: ({ signal }) => getEvery<Invitation>('/api/invitations', {}, signal),
})

/** Names and levels change rarely; a minute old is new enough. */
export const floorsOfBuildingQuery = (buildingId: number) =>
  queryOptions({
    queryKey: queryKeys.floorsOfBuilding(buildingId),
    queryFn: ({ signal }) => getEvery<Floor>('/api/floors', { building_id: String(buildingId) }, signal),
    staleTime: 60_000,
  })

/** What an administrator does with people; lists follow. */
export const usePeopleChanges = () => {
  const client = useQueryClient()
  const refresh = (...keys: (readonly string[])[]) =>
    Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })))
  return {
    invite: useMutation({
      mutationFn: (input: InvitationInput) => postJson<NewInvitation>('/api/invitations', input),
      onSuccess: () => refresh(queryKeys.invitations),
    }),
    reissue: useMutation({
      mutationFn: (id: number) => postJson<NewInvitation>(`/api/invitations/${id}/reissue`, {}),
      onSuccess: () => refresh(queryKeys.invitations),
    }),
    withdraw: useMutation({
      mutationFn: (id: number) => deleteThing(`/api/invitations/${id}`),
      onSettled: () => refresh(queryKeys.invitations),
    }),
    change: useMutation({
      mutationFn: ({ id, patch }: { id: string; patch: UserPatch }) => patchJson<User>(`/api/users/${id}`, patch),
      // Their own rights may have changed.
      onSuccess: () => refresh(queryKeys.allPeople, queryKeys.session),
    }),
    resetTwoFactor: useMutation({
      mutationFn: (id: string) => deleteThing(`/api/users/${id}/two-factor`),
      onSettled: () => refresh(queryKeys.allPeople),
    }),
    disconnect: useMutation({
      mutationFn: (id: string) => deleteThing(`/api/users/${id}/single-sign-on`),
      onSettled: () => refresh(queryKeys.allPeople),
    }),
    resetPassword: useMutation({
      mutationFn: (id: string) => postJson<PasswordResetLink>(`/api/users/${id}/password-reset`, {}),
    }),
  }
}
