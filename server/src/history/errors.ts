import { defineErrors } from '#platform'

export const historyErrors = defineErrors({
  history_floor_not_found: [404, 'No such floor'],
  history_sensor_not_found: [404, 'No such sensor'],
  presence_not_allowed: [403, 'Single sensors of motion and occupancy are not shown to you'],
  history_range_invalid: [400, 'The range is empty or no range'],
  history_too_costly: [422, 'Too much for one request'],
  history_timed_out: [408, 'The question took too long'],
  history_abandoned: [408, 'Nobody waited for the answer'],
})
