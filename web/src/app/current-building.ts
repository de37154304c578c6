import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { floorDashboardQuery } from '../dashboard/dashboard-queries.ts'
import { buildingsQuery } from '../registry/registry-queries.ts'

const noFloor = 0

/**
 * The building of the page: the address names it, or the floor that is shown belongs to it. Where neither is so, the
 * only building there is; with several there is none.
 */
export const useCurrentBuildingId = (): number | undefined => {
  const params: { buildingId?: string; floorId?: string } = useParams({ strict: false })
  const floorId = Number(params.floorId ?? noFloor)
  const { data: buildings } = useQuery(buildingsQuery)
  // Only looks at what the floor page loads.
  const { data: ofFloor } = useQuery({
    ...floorDashboardQuery(floorId),
    enabled: false,
    select: ({ floor }) => floor.building_id,
  })
  if (params.buildingId !== undefined) return Number(params.buildingId)
  if (params.floorId !== undefined) return ofFloor
  return buildings?.length === 1 ? buildings[0]?.id : undefined
}
