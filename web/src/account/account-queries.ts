import type { OwnSession, Profile, ProfilePatch } from '@plenum/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { noteProfile } from '../auth/session.ts'
import { deleteThing, getJson, patchJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

export const profileQuery = queryOptions({
  queryKey: queryKeys.profile,
  queryFn: ({ signal }) => getJson<Profile>('/api/profile', signal),
})

/** Whatever shows the person or follows a preference does so at once. */
export const useProfileChange = () => {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (patch: ProfilePatch) => patchJson<Profile>('/api/profile', patch),
    onSuccess: (profile) => {
      client.setQueryData(profileQuery.queryKey, profile)
      noteProfile(client, profile)
    },
  })
}

export const ownSessionsQuery = queryOptions({
  queryKey: queryKeys.ownSessions,
  queryFn: async ({ signal }) => (await getJson<{ items: OwnSession[] }>('/api/auth/sessions', signal)).items,
})

export const useSecurityChanges = () => {
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: queryKeys.ownSessions })
  return {
    changePassword: useMutation({
      mutationFn: (given: { current_password: string; new_password: string }) =>
        postJson('/api/profile/password', given),
      onSuccess: refresh,
    }),
    endSession: useMutation({
      mutationFn: (id: string) => deleteThing(`/api/auth/sessions/${id}`),
      onSettled: refresh,
    }),
    endOthers: useMutation({ mutationFn: () => deleteThing('/api/auth/sessions'), onSettled: refresh }),
  }
}
