-- How a person wants to see things, invitations, and links that set a new password.

alter table person
  -- null: the browser's language
  add column locale text check (locale in ('en', 'ja')),
  -- null: that of the building
  add column time_zone text,
  add column theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
  add column units text not null default 'auto' check (units in ('auto', 'metric', 'imperial')),
  add column last_seen_at timestamptz;
create index person_name_lookup on person (lower(name), id);

alter table session add column last_used_at timestamptz not null default now();

-- Of links only a hash is kept: 256 random bits need neither salt nor stretching.
create table invitation (
  id            int4 generated always as identity primary key,
  email         text not null constraint invitation_email_taken unique,
  name          text,
  role          text not null check (role in ('administrator', 'manager', 'technician', 'viewer')),
  sees_presence boolean not null,
  token_hash    bytea not null unique,
  invited_by    text not null references person,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null
);
create index invitation_inviter_lookup on invitation (invited_by);

create table invitation_scope (
  invitation_id int4 not null references invitation on delete cascade,
  building_id   int4 not null references building on delete cascade,
  -- null: the whole building
  floor_id      int4,
  constraint invitation_scope_floor foreign key (floor_id, building_id) references floor (id, building_id)
    on update cascade on delete cascade,
  constraint invitation_scope_once unique nulls not distinct (invitation_id, building_id, floor_id)
);
create index invitation_scope_building_lookup on invitation_scope (building_id);
create index invitation_scope_floor_lookup on invitation_scope (floor_id) where floor_id is not null;

-- One a person: a new link makes the old one void.
create table password_reset (
  person_id  text primary key references person on delete cascade,
  token_hash bytea not null unique,
  made_by    text not null references person on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index password_reset_maker_lookup on password_reset (made_by);
