/** Every key of the query cache, in one place, so that invalidating finds what was stored. */
export const queryKeys = {
  session: ['session'],
  buildings: ['buildings'],
  zonesOfFloor: (floorId: number) => ['zones', { floorId }],
  sensorsOfBuilding: (buildingId: number) => ['sensors', { buildingId }],
  buildingDashboards: ['dashboard', 'building'],
  buildingDashboard: (buildingId: number) => ['dashboard', 'building', buildingId],
  floorDashboard: (floorId: number) => ['dashboard', 'floor', floorId],
  floorSparklines: (floorId: number) => ['dashboard', 'floor', floorId, 'sparklines'],
} as const
