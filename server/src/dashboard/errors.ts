import { defineErrors } from '#platform'

export const dashboardErrors = defineErrors({
  dashboard_floor_not_found: [404, 'No such floor'],
  dashboard_building_not_found: [404, 'No such building'],
})
