-- The tree of a building. Composite keys make the database itself refuse a zone of another floor
-- or a gateway of another building.

create table building (
  id         int4 generated always as identity primary key,
  name       text not null,
  timezone   text not null,
  address    text,
  area_m2    float8,
  locale     text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table floor (
  id          int4 generated always as identity primary key,
  building_id int4 not null references building,
  name        text not null,
  level       int4 not null,
  area_m2     float8,
  plan        text,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint floor_in_building unique (id, building_id),
  constraint floor_name_taken unique (building_id, name)
);

create table zone (
  id         int4 generated always as identity primary key,
  floor_id   int4 not null references floor,
  name       text not null,
  kind       text,
  outline    jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint zone_on_floor unique (id, floor_id),
  constraint zone_name_taken unique (floor_id, name)
);

create table gateway (
  id           int4 generated always as identity primary key,
  building_id  int4 not null references building,
  name         text not null,
  last_seen_at timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  constraint gateway_in_building unique (id, building_id),
  constraint gateway_name_taken unique (building_id, name)
);

create table sensor (
  id          int4 generated always as identity primary key,
  floor_id    int4 not null,
  -- Follows the floor, kept by the foreign key below.
  building_id int4 not null,
  sensor_key  text not null constraint sensor_key_taken unique,
  name        text not null,
  sensor_type text not null,
  unit        text not null,
  zone_id     int4,
  gateway_id  int4,
  x           float8,
  y           float8,
  interval_s  int4 not null default 60 check (interval_s > 0),
  status      text not null default 'active' check (status in ('active', 'disabled')),
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint sensor_floor foreign key (floor_id, building_id) references floor (id, building_id) on update cascade,
  constraint sensor_zone foreign key (zone_id, floor_id) references zone (id, floor_id) on delete set null (zone_id),
  constraint sensor_gateway foreign key (gateway_id, building_id) references gateway (id, building_id)
    on delete set null (gateway_id),
  check ((x is null) = (y is null))
);

create index sensor_floor_lookup on sensor (floor_id, id) include (sensor_type, status);
create index sensor_building_lookup on sensor (building_id, id);
create index sensor_zone_lookup on sensor (zone_id) where zone_id is not null;
create index sensor_gateway_lookup on sensor (gateway_id) where gateway_id is not null;
