-- Readings while they are hot. (sensor, at) is the identity of a reading, so sending one again is free.
-- Partitions are made ahead of time and on demand by the readings slice; there is no default partition,
-- because a full one would block making the right one later.

create table reading (
  sensor_id int4 not null,
  quality   int2 not null default 0,
  at        timestamptz not null,
  value     float8 not null,
  -- NaN sorts above Infinity, so two comparisons refuse all three.
  constraint reading_value_finite check (value > '-Infinity' and value < 'Infinity'),
  primary key (sensor_id, at)
) partition by range (at);

comment on column reading.quality is '0 good, 1 suspect (outside the plausible range of its kind)';
