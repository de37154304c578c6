/** Every key of the query cache, in one place, so that invalidating finds what was stored. */
export const queryKeys = {
  session: ['session'],
  people: (filter: object) => ['people', filter] as const,
  allPeople: ['people'],
  invitations: ['invitations'],
  profile: ['profile'],
  ownSessions: ['own-sessions'],
  ownKeys: ['own-keys'],
  gateways: ['gateways'],
  gatewayKeys: (gatewayId: number) => ['gateways', gatewayId, 'keys'],
  floorsOfBuilding: (buildingId: number) => ['floors', { buildingId }],
  link: (token: string) => ['link', token],
  buildings: ['buildings'],
  zonesOfFloor: (floorId: number) => ['zones', { floorId }],
  sensorsOfBuilding: (buildingId: number) => ['sensors', { buildingId }],
  buildingDashboards: ['dashboard', 'building'],
  buildingDashboard: (buildingId: number) => ['dashboard', 'building', buildingId],
  floorDashboards: ['dashboard', 'floor'],
  floorDashboard: (floorId: number) => ['dashboard', 'floor', floorId],
  history: (sensorId: number) => ['history', sensorId],
  series: (sensorId: number, fromMs: number, toMs: number, points: number) =>
    ['history', sensorId, 'series', fromMs, toMs, points] as const,
  increases: (sensorId: number, fromMs: number, toMs: number, resolution: string) =>
    ['history', sensorId, 'increases', fromMs, toMs, resolution] as const,
  audit: (question: string) => ['audit', question],
  auditEntry: (id: number) => ['audit', 'entry', id],
  floorSparklines: (floorId: number) => ['dashboard', 'floor', floorId, 'sparklines'],
} as const
