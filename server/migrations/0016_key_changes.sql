-- Who watches by a person's key is looked up only when something about it has changed, as those with a session are.
-- That it was used changes nothing. Gateways' keys are nobody's, and watch nothing.
create trigger api_key_ended after delete on api_key
  for each row when (old.user_id is not null) execute function note_access_change('user_id');
create trigger api_key_changed after update on api_key
  for each row when (
    old.user_id is not null and to_jsonb(old) - 'last_used_at' is distinct from to_jsonb(new) - 'last_used_at'
  )
  execute function note_access_change('user_id');
