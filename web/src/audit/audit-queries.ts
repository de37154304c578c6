import type { AuditEntry, AuditFilters } from '@plenum/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { getJson } from '../platform/api.ts'
import { queryKeys } from '../platform/query-keys.ts'
import { queryText } from './audit-search.ts'

interface AuditPage {
  items: AuditEntry[]
  next_cursor: string | null
}

const pageSize = 100

/** Page by page, newest first. */
export const auditQuery = (filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: queryKeys.audit(queryText(filters)),
    queryFn: ({ pageParam, signal }) => {
      const page = new URLSearchParams({ limit: String(pageSize), ...(pageParam !== null && { cursor: pageParam }) })
      return getJson<AuditPage>(`/api/audit?${[queryText(filters), page].filter(String).join('&')}`, signal)
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })

/** One entry, which never changes. */
export const auditEntryQuery = (id: number) =>
  queryOptions({
    queryKey: queryKeys.auditEntry(id),
    queryFn: async ({ signal }) => (await getJson<AuditPage>(`/api/audit?entry_id=${id}`, signal)).items[0] ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  })
