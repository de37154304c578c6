-- Who did what, when, from where, and what was there before and after. Written in the transaction of the write it tells
-- of; nothing here refers to other tables, because an entry outlives what it is about.

create table audit_entry (
  id           int8 generated always as identity primary key,
  -- One clock for all instances, and exact as a JavaScript date, so that a page can go on behind it.
  at           timestamptz(3) not null default now(),
  actor_kind   text not null check (actor_kind in ('person', 'gateway', 'system', 'anonymous')),
  actor_id     text,
  actor_name   text,
  actor_email  text,
  key_id       int4,
  action       text not null,
  outcome      text not null check (outcome in ('done', 'refused')),
  -- Refusals that are alike are one entry a minute.
  times        int4 not null default 1 check (times > 0),
  thing_kind   text,
  thing_id     text,
  thing_name   text,
  building_id  int4,
  address      text,
  user_agent   text,
  request_id   text,
  before       jsonb,
  after        jsonb,
  details      jsonb,
  -- The names of the entry as they are searched: of one width and case.
  search_text  text not null,
  -- Bounded by the program (changes.ts) to a tenth of it as JSON, of which a list of digits takes six times that here.
  constraint audit_entry_bounded check (
    coalesce(pg_column_size(before), 0) + coalesce(pg_column_size(after), 0) + coalesce(pg_column_size(details), 0) < 262144
    and length(search_text) < 4096)
);

create index audit_entry_newest on audit_entry (at, id);
create index audit_entry_actor on audit_entry (actor_id, at, id) where actor_id is not null;
create index audit_entry_thing on audit_entry (thing_kind, thing_id, at, id) where thing_kind is not null;
create index audit_entry_action on audit_entry (action, at, id);
create index audit_entry_building on audit_entry (building_id, at, id) where building_id is not null;
create index audit_entry_refused on audit_entry (at, id) where outcome = 'refused';
create index audit_entry_request on audit_entry (request_id) where request_id is not null;

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;

-- For every statement, also one that finds no row, and for every role: a superuser's and a replica's too.
create trigger audit_entry_append_only before update or delete or truncate on audit_entry
  for each statement execute function refuse_audit_change();
alter table audit_entry enable always trigger audit_entry_append_only;

-- An owner has these rights unless it gives them up.
revoke update, delete, truncate on audit_entry from current_user;
