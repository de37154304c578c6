import { defineErrors } from '#platform'

/** Whole requests that are refused. What is wrong with one reading stands in `rejection.ts`. */
export const readingErrors = defineErrors({
  readings_missing: [400, 'The body is neither a reading nor { "readings": [ … ] }'],
  too_many_readings: [413, 'Too many readings in one request'],
  json_too_deep: [400, 'The JSON is nested too deeply'],
  encoding_unsupported: [415, 'Content encoding not supported'],
  body_not_gzip: [400, 'The body is not gzip'],
  body_cut_off: [400, 'The body ended too early'],
  line_too_long: [413, 'A line is too long'],
  quota_exceeded: [429, 'The key is over its quota'],
  replacement_sensor_not_found: [404, 'No such sensor'],
  replacement_not_found: [404, 'No such meter replacement'],
  replacement_not_of_counter: [422, 'Only counters have a meter that is replaced'],
  replacement_time_invalid: [422, 'The time of the replacement can not be'],
  replacement_instant_taken: [409, 'A replacement at that instant is declared already'],
  replacement_withdrawn: [409, 'The replacement is withdrawn already'],
  replacement_readings_gone: [409, 'The readings around the replacement are not kept any more'],
  retention_rollup_too_short: [422, 'Figures would be kept shorter than the readings that they are of'],
})
