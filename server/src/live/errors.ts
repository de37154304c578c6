import { defineErrors } from '#platform'

export const liveErrors = defineErrors({
  live_streams_of_person_exceeded: [429, 'Too many live streams of one person'],
  live_streams_exceeded: [503, 'Too many live streams'],
  live_server_stopping: [503, 'The server is stopping'],
})
