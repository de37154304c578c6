-- In place of the common 0002 where PLENUM_STORAGE is timescale: readings are a hypertable. Chunks of a week: a floor's
-- newest readings take 8 ms to find in 59 chunks, 64 ms in the 401 that chunks of a day would be.

create extension if not exists timescaledb;

create table reading (
  sensor_id int4 not null,
  quality   int2 not null default 0,
  at        timestamptz not null,
  value     float8 not null,
  -- NaN sorts above Infinity, so two comparisons refuse all three.
  constraint reading_value_finite check (value > '-Infinity' and value < 'Infinity'),
  primary key (sensor_id, at)
);
select create_hypertable('reading', by_range('at', interval '7 days'), create_default_indexes => false);
alter table reading set (
  timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id', timescaledb.compress_orderby = 'at');

-- A late batch unpacks what it meets, however much; a refresh goes range by range, never over all between two of them;
-- and no plan over dozens of chunks is compiled: that takes longer than to run it.
do $$
begin
  execute format('alter database %I set timescaledb.max_tuples_decompressed_per_dml_transaction = 0', current_database());
  execute format('alter database %I set timescaledb.materializations_per_refresh_window = 1000', current_database());
  execute format('alter database %I set jit = off', current_database());
end
$$;

/* What a counter rose by within consecutive good readings; a fall is a reset and counts from zero. Over 1 M readings in
   quarter hours 0.3 s; as an aggregate of its own with a step in SQL 2.4 s, in PL/pgSQL 1.1 s. */
create function rises_within(good float8[]) returns float8
  language sql immutable parallel safe
  return (
    select coalesce(sum(case when value >= before then value - before when value < before then value end), 0)
    from (select value, lag(value) over (order by n) as before
          from unnest(good) with ordinality as one (value, n)) risen
  );

/* Value before and value after of each fall to half or less, one after the other; null where there is none. Such a fall
   may be a roll-over, which is judged when it is read. */
create function falls_within(good float8[]) returns float8[]
  language sql immutable parallel safe
  return (
    select array_agg(part.value order by n, part.after)
    from (select value, lag(value) over (order by n) as before, n
          from unnest(good) with ordinality as one (value, n)) fallen
    cross join lateral (values (before, 0), (fallen.value, 1)) part (value, after)
    where fallen.value < before and fallen.value <= before / 2
  );

/* Figures of quarter hours: since 1990 the calendar days of every time zone begin at one. Real-time: what is not
   materialised yet is counted from rows. */
create materialized view reading_15m
  with (timescaledb.continuous, timescaledb.materialized_only = false) as
  select sensor_id, time_bucket(interval '15 minutes', at) as at,
         (count(*) filter (where quality & 1 = 0))::int4 as count,
         (count(*) filter (where quality & 1 <> 0))::int4 as suspect,
         min(value) filter (where quality & 1 = 0) as min,
         max(value) filter (where quality & 1 = 0) as max,
         sum(value) filter (where quality & 1 = 0) as sum,
         first(value, at) filter (where quality & 1 = 0) as first,
         last(value, at) filter (where quality & 1 = 0) as last,
         min(at) filter (where quality & 1 = 0) as first_at,
         max(at) filter (where quality & 1 = 0) as last_at,
         rises_within(array_agg(value order by at) filter (where quality & 1 = 0)) as rises,
         -- Most have none, and that can be told sooner.
         case when min(value) filter (where quality & 1 = 0) <= max(value) filter (where quality & 1 = 0) / 2
              then falls_within(array_agg(value order by at) filter (where quality & 1 = 0)) end as falls
  from reading group by 1, 2
  with no data;
alter materialized view reading_15m set (
  timescaledb.compress, timescaledb.compress_segmentby = 'sensor_id', timescaledb.compress_orderby = 'at');
select set_chunk_time_interval('reading_15m', interval '14 days');

/* Readings before `until` are in reading_15m, or their day is in stale_day. One row. */
create table materialisation (
  only_one   boolean primary key default true check (only_one),
  until      timestamptz not null default '1980-01-01 00:00Z',
  -- Materialised without a gap up to here.
  done       timestamptz not null default '1980-01-01 00:00Z',
  generation int8 not null default 1
);
insert into materialisation default values;

/* UTC days of a sensor that changed after they were materialised: counted from rows until they are refreshed. */
create table stale_day (
  sensor_id  int4 not null,
  day        timestamptz not null,
  -- A refresh takes away the marks of earlier generations: their readings were committed before it began.
  generation int8 not null,
  primary key (sensor_id, day, generation)
);

/* The lock of whoever marks, shared, against whoever moves `until`: 'until' */
create function materialisation_lock() returns int8 language sql immutable return 504364296556;

/* In the transaction that changes readings, so that no answer is wrong for a moment. */
create function mark_stale_days() returns trigger language plpgsql as $$
declare
  known materialisation;
begin
  perform pg_advisory_xact_lock_shared(materialisation_lock());
  select * into known from materialisation;
  insert into stale_day (sensor_id, day, generation)
  select distinct c.sensor_id, date_trunc('day', c.at, 'UTC'), known.generation
  from changed c where c.at < known.until order by 1, 2
  on conflict do nothing;
  return null;
end
$$;
create trigger reading_inserted after insert on reading
  referencing new table as changed for each statement execute function mark_stale_days();
create trigger reading_updated after update on reading
  referencing new table as changed for each statement execute function mark_stale_days();
