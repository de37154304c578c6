import type {
  ApiKey,
  ApiKeyInput,
  Gateway,
  GatewayKey,
  GatewayKeyInput,
  KeyRotation,
  NewApiKey,
  NewGatewayKey,
} from '@plenum/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { deleteThing, getEvery, getJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

export const ownKeysQuery = queryOptions({
  queryKey: queryKeys.ownKeys,
  queryFn: async ({ signal }) => (await getJson<{ items: ApiKey[] }>('/api/keys', signal)).items,
})

export const gatewaysQuery = queryOptions({
  queryKey: queryKeys.gateways,
  queryFn: ({ signal }) => getEvery<Gateway>('/api/gateways', {}, signal),
})

const keysPath = (gatewayId: number) => `/api/gateways/${gatewayId}/keys`

export const gatewayKeysQuery = (gatewayId: number) =>
  queryOptions({
    queryKey: queryKeys.gatewayKeys(gatewayId),
    queryFn: async ({ signal }) => (await getJson<{ items: GatewayKey[] }>(keysPath(gatewayId), signal)).items,
  })

export const useOwnKeyChanges = () => {
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: queryKeys.ownKeys })
  return {
    create: useMutation({
      mutationFn: (input: ApiKeyInput) => postJson<NewApiKey>('/api/keys', input),
      onSuccess: refresh,
    }),
    revoke: useMutation({ mutationFn: (id: number) => deleteThing(`/api/keys/${id}`), onSuccess: refresh }),
  }
}

export const useGatewayKeyChanges = (gatewayId: number) => {
  const client = useQueryClient()
  const path = keysPath(gatewayId)
  const refresh = () => client.invalidateQueries({ queryKey: queryKeys.gatewayKeys(gatewayId) })
  return {
    create: useMutation({
      mutationFn: (input: GatewayKeyInput) => postJson<NewGatewayKey>(path, input),
      onSuccess: refresh,
    }),
    rotate: useMutation({
      mutationFn: ({ id, ...rotation }: KeyRotation & { id: number }) =>
        postJson<NewGatewayKey>(`${path}/${id}/rotate`, rotation),
      onSuccess: refresh,
    }),
    revoke: useMutation({ mutationFn: (id: number) => deleteThing(`${path}/${id}`), onSuccess: refresh }),
  }
}
