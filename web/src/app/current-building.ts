import type { BuildingDashboard } from '@plenum/contract'
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { floorDashboardQuery } from '../dashboard/dashboard-queries.ts'
import { queryKeys } from '../platform/query-keys.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'

const noFloor = 0

/** The building whose floors were seen to hold this one: known before the floor itself is loaded. */
const seenBuildingOf = (client: QueryClient, floorId: number): number | undefined =>
  client
    .getQueriesData<BuildingDashboard>({ queryKey: queryKeys.buildingDashboards })
    .find(([, dashboard]) => dashboard?.floors.some(({ id }) => id === floorId))?.[1]?.building.id

/**
 * The building of the page: the address names it, or the floor that is shown belongs to it. Where neither is so, the
 * only building there is; with several there is none.
 */
export const useCurrentBuildingId = (): number | undefined => {
  const client = useQueryClient()
  const params: { buildingId?: string; floorId?: string } = useParams({ strict: false })
  // As the address says it: only the page itself reads it further.
  const search: { building?: number | string } = useSearch({ strict: false })
  const floorId = Number(params.floorId ?? noFloor)
  const { data: buildings } = useQuery(buildingsQuery)
  // Only looks at what the floor page loads.
  const { data: ofFloor } = useQuery({
    ...floorDashboardQuery(floorId),
    enabled: false,
    select: ({ floor }) => floor.building_id,
  })
  if (params.buildingId !== undefined) return Number(params.buildingId)
  if (search.building !== undefined) return Number(search.building)
  if (params.floorId !== undefined) return ofFloor ?? seenBuildingOf(client, floorId)
  return buildings?.length === 1 ? buildings[0]?.id : undefined
}
