import { defineErrors } from '#platform'

export const peopleErrors = defineErrors({
  user_not_found: [404, 'No such person'],
  user_disabled: [409, 'The person is disabled'],
  last_administrator: [409, 'Somebody has to stay administrator'],
  scope_missing: [422, 'The role needs buildings or floors'],
  scope_not_of_role: [422, 'The scope does not go with the role'],
  scope_unknown: [422, 'A building or floor of the scope does not exist'],
  presence_not_of_role: [422, 'Administrators see everything'],
  email_taken: [409, 'Somebody with this e-mail is there already'],
  already_invited: [409, 'This e-mail has an invitation already'],
  invitation_not_found: [404, 'No such invitation'],
  invitation_invalid: [404, 'The invitation was used, withdrawn or has expired'],
  password_reset_invalid: [404, 'The link was used or has expired'],
  two_factor_own: [409, 'Two-factor sign-in of your own'],
  two_factor_not_on: [409, 'The person has no two-factor sign-in'],
  single_sign_on_not_connected: [409, 'The person is not connected with a sign-in provider'],
})
