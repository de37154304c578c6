import type { CodeGiven, RecoveryCodes, TwoFactorSetup, TwoFactorStatus } from '@plenum/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { getJson, postJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'

const path = '/api/auth/two-factor'

export const twoFactorQuery = queryOptions({
  queryKey: queryKeys.twoFactor,
  queryFn: ({ signal }) => getJson<TwoFactorStatus>(path, signal),
})

/** Six digits are a code of the app; whatever else is typed can only be a recovery code. */
export const givenCode = (typed: string): CodeGiven => {
  const code = typed.normalize('NFKC').trim()
  return /^(\d[ -]*){6}$/.test(code) ? { code } : { recovery_code: code }
}

export type Proof = CodeGiven & { password: string }

export const useTwoFactorChanges = () => {
  const client = useQueryClient()
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: queryKeys.twoFactor }),
      client.invalidateQueries({ queryKey: queryKeys.ownSessions }),
    ])
  return {
    begin: useMutation({
      mutationFn: (password: string) => postJson<TwoFactorSetup>(`${path}/setup`, { password }),
    }),
    enable: useMutation({
      mutationFn: (typed: string) =>
        postJson<RecoveryCodes>(`${path}/enable`, { code: typed.normalize('NFKC').trim() }),
      onSuccess: refresh,
    }),
    disable: useMutation({ mutationFn: (proof: Proof) => postJson(`${path}/disable`, proof), onSuccess: refresh }),
    renew: useMutation({
      mutationFn: (proof: Proof) => postJson<RecoveryCodes>(`${path}/recovery-codes`, proof),
      onSuccess: refresh,
    }),
  }
}
