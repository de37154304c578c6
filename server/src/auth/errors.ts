import { defineErrors } from '#platform'

export const authErrors = defineErrors({
  not_signed_in: [401, 'Sign in first'],
  api_key_invalid: [401, 'The API key is not valid'],
  sign_in_failed: [401, 'E-mail or password is wrong'],
  not_allowed: [403, 'Not allowed'],
  cross_site_refused: [403, 'Refused: the request comes from another site'],
  too_many_attempts: [429, 'Too many attempts'],
  password_is_email: [422, 'The password is the e-mail'],
  password_common: [422, 'The password is one of the most common'],
  session_not_found: [404, 'No such session'],
  api_key_not_found: [404, 'No such API key'],
  gateway_of_key_not_found: [404, 'No such gateway'],
  api_key_expired: [409, 'The key has expired'],
  api_key_replaced: [409, 'The key is replaced already'],
  key_action_not_yours: [422, 'The key would be for more than you may'],
  key_building_not_found: [422, 'No such building'],
})
