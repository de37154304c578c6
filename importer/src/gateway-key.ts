import type { GatewayKeyInput, NewGatewayKey } from '@plenum/contract'
import type { JsonApi } from './json-api.ts'

// The highest quota there is: an import is meant to be as fast as the server takes it. A day, so that the key of an
// import that was killed does not stay valid for long.
const keyInput: GatewayKeyInput = { name: 'import', readings_per_minute: 1_000_000_000, expires_in_days: 1 }

export interface GatewayKeyOptions {
  api: JsonApi
  /** Deletes the key, also when `api` was interrupted: an import must not leave its key behind. */
  cleanUp: JsonApi
  gatewayId: number
}

/** Does `work` with an API key of the gateway that exists only for as long; `work` gets the headers to send. */
export async function withGatewayKey(
  { api, cleanUp, gatewayId }: GatewayKeyOptions,
  work: (headers: Record<string, string>) => Promise<void>,
): Promise<void> {
  const { id, key } = await api.create<NewGatewayKey>(`/api/gateways/${gatewayId}/keys`, keyInput)
  try {
    await work({ authorization: `Bearer ${key}` })
  } finally {
    // A key that can't be deleted (the server is gone) ends within a day; that must not hide how the work ended.
    await cleanUp.remove(`/api/gateways/${gatewayId}/keys/${encodeURIComponent(id)}`).catch(() => {})
  }
}
