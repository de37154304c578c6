-- Keys of people can be for less than the person may, keys of gateways are rotated, and who was signed in is remembered
-- outside this database.

alter table api_key
  -- null: whatever the person may
  add column actions text[] check (
    cardinality(actions) > 0 and actions <@ array['read', 'ingest', 'commission', 'configure', 'administer']),
  -- null: wherever the person may. A building that is gone stays named: a key for it alone must not become one for all.
  add column building_ids int4[] check (cardinality(building_ids) > 0),
  -- One key can be replaced by one other.
  add column replaces_id int4 unique references api_key on delete set null,
  add check (gateway_id is null or (actions is null and building_ids is null));

-- What changed about who may do what, by transaction: whoever remembers a session (a process, Redis) knows as of which
-- snapshot it was read, and from here which are void since. Written by triggers, so that no statement can forget it.
create table access_change (
  xid       xid8 not null default pg_current_xact_id(),
  person_id text not null,
  at        timestamptz not null default now()
);
create index access_change_xid_lookup on access_change (xid);
create index access_change_at_lookup on access_change (at);

create function note_access_change() returns trigger language plpgsql as $$
declare
  row_now jsonb := to_jsonb(coalesce(new, old));
begin
  insert into access_change (person_id) values (row_now ->> tg_argv[0]);
  return null;
end $$;

create trigger session_ended after delete on session
  for each row execute function note_access_change('user_id');
-- When it was last used is noted every minute and changes nothing.
create trigger session_changed after update on session
  for each row when (to_jsonb(old) - 'last_used_at' is distinct from to_jsonb(new) - 'last_used_at')
  execute function note_access_change('user_id');
create trigger person_changed after update on person
  for each row when (to_jsonb(old) - 'last_seen_at' is distinct from to_jsonb(new) - 'last_seen_at')
  execute function note_access_change('id');
create trigger person_scope_changed after insert or update or delete on person_scope
  for each row execute function note_access_change('person_id');
