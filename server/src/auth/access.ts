/**
 * Who asks. Roles and scopes come with a later step: they become fields of `user` and further arguments of `can`,
 * and no route has to change for it.
 */
export type Principal =
  | { kind: 'user'; userId: string; email: string; name: string; key: KeyInUse | null }
  | { kind: 'gateway'; gatewayId: number; buildingId: number; key: KeyInUse }

/** The API key that a request came with, and its quota. */
export interface KeyInUse {
  keyId: number
  readingsPerMinute: number
}

/**
 * What a route does, declared by every route:
 * `anonymous` needs nobody; `read` sees; `ingest` writes readings; `configure` changes the registry and keys;
 * `account` is a person's own session and keys.
 */
export type Action = 'anonymous' | 'read' | 'ingest' | 'configure' | 'account'

/** The one place that decides. Pure. */
export function can(principal: Principal | null, action: Action): boolean {
  if (action === 'anonymous') return true
  switch (principal?.kind) {
    case 'user':
      // A key must not be able to make more keys: whoever finds one would outlive its revocation.
      return action !== 'account' || principal.key === null
    case 'gateway':
      return action === 'ingest'
    default:
      return false
  }
}
