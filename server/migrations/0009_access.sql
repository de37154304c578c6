-- What a person may do: one role, and unless that is administrator, the buildings or single floors it holds for.

alter table person
  add column role text not null default 'viewer'
    check (role in ('administrator', 'manager', 'technician', 'viewer')),
  -- Motion and occupancy of single sensors tell where somebody sits.
  add column sees_presence boolean not null default false,
  -- Kept for the names in the audit log; nobody signs in as somebody who is disabled.
  add column disabled_at timestamptz;

-- Until now whoever could sign in could do everything.
update person set role = 'administrator', sees_presence = true;

create table person_scope (
  person_id   text not null references person on delete cascade,
  building_id int4 not null references building on delete cascade,
  -- null: the whole building
  floor_id    int4,
  constraint person_scope_floor foreign key (floor_id, building_id) references floor (id, building_id)
    on update cascade on delete cascade,
  constraint person_scope_once unique nulls not distinct (person_id, building_id, floor_id)
);
create index person_scope_building_lookup on person_scope (building_id);
create index person_scope_floor_lookup on person_scope (floor_id) where floor_id is not null;
