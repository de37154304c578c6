import { defineErrors } from '#platform'

export const registryErrors = defineErrors({
  building_not_found: [404, 'No such building'],
  floor_not_found: [404, 'No such floor'],
  zone_not_found: [404, 'No such zone'],
  sensor_not_found: [404, 'No such sensor'],
  gateway_not_found: [404, 'No such gateway'],
  name_taken: [409, 'The name is taken'],
  sensor_key_taken: [409, 'The sensor key is taken'],
  still_in_use: [409, 'Something still belongs to it'],
  parent_unknown: [422, 'What it should belong to does not exist'],
  parent_elsewhere: [422, 'What it should belong to is elsewhere'],
  moved_with_children: [409, 'What belongs to it can not move along'],
  rollover_not_of_counter: [422, 'Only counters roll over'],
  presence_kind_kept: [422, 'A sensor of motion or occupancy stays one'],
  timezone_unknown: [422, 'The time zone is not known'],
  deletion_not_confirmed: [422, 'The deletion is not confirmed'],
  import_refused: [422, 'Nothing was imported'],
})
