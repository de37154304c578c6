import type { Role } from '@plenum/contract'

/** From the one who may most; as in the contract, whose schemas are too much for a page. */
export const roles = ['administrator', 'manager', 'technician', 'viewer'] as const satisfies Role[]
export const statuses = ['active', 'disabled'] as const

/** The view of the list as its address holds it; what is absent is not filtered. */
export interface PeopleSearch {
  role?: Role
  status?: (typeof statuses)[number]
  q?: string
  /** The person whose drawer is open. */
  person?: string
}

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((known) => known === value)

/** Unknown parts of an address are dropped: it never breaks the page. */
export const parsePeopleSearch = (raw: Record<string, unknown>): PeopleSearch => {
  const role = oneOf(roles, raw.role)
  const status = oneOf(statuses, raw.status)
  const q = typeof raw.q === 'string' ? raw.q.slice(0, 200) : ''
  const person = typeof raw.person === 'string' && /^[\w-]{1,64}$/.test(raw.person) ? raw.person : undefined
  return { ...(role && { role }), ...(status && { status }), ...(q !== '' && { q }), ...(person && { person }) }
}
