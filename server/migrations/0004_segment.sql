-- Where calendar days begin. The database alone decides it, so that no two copies of the tz database can disagree.

/* A day begins where the one before it ends, also where a clock goes back over midnight (America/St_Johns until 2011:
   of the two midnights the later counts) or leaps over it (Africa/Cairo: the day begins at 01:00). */
create function local_midnight(day date, timezone text) returns timestamptz
  language sql immutable parallel safe
  return day::timestamp at time zone timezone;

create function local_day(at timestamptz, timezone text) returns date
  language sql immutable parallel safe
  return case
    when at < local_midnight((at at time zone timezone)::date, timezone) then (at at time zone timezone)::date - 1
    when at >= local_midnight((at at time zone timezone)::date + 1, timezone) then (at at time zone timezone)::date + 1
    else (at at time zone timezone)::date
  end;

/* A kind whose readings only rise; what a fall means is written in counter_rise. The contract package has the list. */
create function is_counter(sensor_type text) returns boolean
  language sql immutable parallel safe
  return sensor_type in ('energy', 'water');

/* What a counter rose by between two consecutive good readings: a fall is a reset and counts from zero. */
create function counter_rise(before float8, after float8) returns float8
  language sql immutable parallel safe
  return case when after >= before then after - before when after < before then after end;

/* Once a calendar day of the building's time zone is closed, the readings of a sensor become one row. */
create table segment (
  from_at     timestamptz not null,
  to_at       timestamptz not null,
  base        int8,
  -- Figures of the day. count, min … are of good readings, null where there is none.
  min         float8,
  max         float8,
  sum         float8,
  first       float8,
  last        float8,
  increase    float8,
  newest      float8,
  sensor_id   int4 not null,
  day         date not null,
  count       int4 not null,
  suspect     int4 not null,
  first_ms    int4 not null,
  last_ms     int4 not null,
  step_ms     int4,
  unit_ms     int4,
  decimals    int2,
  hours_int2    int2[],
  hours_int4    int4[],
  hours_float8  float8[],
  suspect_at    int4[],
  times_int2    int2[],
  times_int4    int4[],
  values_int2   int2[],
  values_int4   int4[],
  values_float8 float8[],
  primary key (sensor_id, from_at),
  check (from_at < to_at)
) with (toast_tuple_target = 128);

-- Kept beside the row where they fit: a day figure costs a longer row, but no second look-up and no second row header.
alter table segment
  alter hours_int2 set storage main, alter hours_int4 set storage main, alter hours_float8 set storage main,
  alter suspect_at set storage main, alter times_int2 set storage main, alter times_int4 set storage main,
  alter values_int2 set storage main, alter values_int4 set storage main, alter values_float8 set storage main;

comment on column segment.increase is 'counters only: rises within the day; the rise from the day before is added when read, as that day may still get late readings';
comment on column segment.newest is 'value of the newest reading where that is a suspect one; null: it is last';
comment on column segment.first_ms is 'the first reading is that long after from_at';
comment on column segment.last_ms is 'the newest reading is that long after from_at';
comment on column segment.step_ms is 'reading i is step_ms + unit_ms * times[i] after the one before; times is null where all are 0; step_ms is null once the readings were dropped';
comment on column segment.decimals is 'value i is (base + values[1] + … + values[i]) / 10^decimals, proved exact when it was written; null: the doubles themselves';
comment on column segment.hours_int2 is 'for each hour from from_at on: counts, then suspects, then minimums, maximums, sums and (counters) increases; min and max less base, sum less count * base, all times 10^decimals; the float8 form holds plain values';
comment on column segment.suspect_at is 'positions of suspect readings, from 1';

/* The readings of a segment. */
create function segment_readings(s segment) returns table (at timestamptz, value float8, quality int2)
  language sql stable parallel safe
  begin atomic
    select s.from_at + ((s.first_ms + (n - 1) * s.step_ms::int8
                         + coalesce(s.unit_ms * sum(t) over (order by n rows unbounded preceding), 0))
                        * interval '1 millisecond'),
           case when s.decimals is null then f
                else (s.base + sum(v) over (order by n rows unbounded preceding))::float8
                     / (10::float8 ^ s.decimals::float8) end,
           (s.suspect_at is not null and n = any (s.suspect_at))::int4::int2
    from unnest(coalesce(s.values_int2::int4[], s.values_int4), s.values_float8,
                coalesce(s.times_int2::int4[], s.times_int4)) with ordinality as entry (v, f, t, n)
    where s.step_ms is not null;
  end;

/* The last good reading before an instant. */
create function last_good_before(sensor int4, before timestamptz) returns float8
  language sql stable parallel safe
  begin atomic
    with sealed as (
      select from_at, to_at, last, step_ms from segment
      where sensor_id = sensor and from_at < before and count > 0 order by from_at desc limit 1
    ), hot as (
      select r.at, r.value from reading r
      where r.sensor_id = sensor and r.at < before and r.quality = 0 order by r.at desc limit 1
    )
    select case
      when not exists (select from reading r where r.sensor_id = sensor and r.at < before
                       and r.at >= coalesce((select from_at from sealed), '-infinity')) then (select last from sealed)
      when (select hot.at >= coalesce(sealed.to_at, '-infinity') from hot left join sealed on true)
        then (select value from hot)
      when (select step_ms is null from sealed) then (select last from sealed)
      else (
        select value from (
          select hot.at, hot.value from hot
          union all
          (select u.at, u.value from segment p cross join lateral segment_readings(p) u
           where p.sensor_id = sensor and p.from_at < before and p.count > 0 and u.quality = 0 and u.at < before
             and not exists (select from reading r where r.sensor_id = sensor and r.at = u.at)
           order by p.from_at desc, u.at desc limit 1)
        ) candidates order by at desc limit 1)
    end;
  end;

/* Every reading, sealed or not; of two for one instant the hot one, which is the later to come. */
create view reading_all as
  select sensor_id, at, value, quality from reading
  union all
  select s.sensor_id, u.at, u.value, u.quality
  from segment s cross join lateral segment_readings(s) u
  where not exists (select from reading r where r.sensor_id = s.sensor_id and r.at = u.at);

/* The same for chosen sensors and a range, without unpacking a day outside of it. */
create function reading_between(sensors int4[], from_at timestamptz, to_at timestamptz)
  returns table (sensor_id int4, at timestamptz, value float8, quality int2)
  language sql stable parallel safe
  begin atomic
    select r.sensor_id, r.at, r.value, r.quality from reading r
    where r.sensor_id = any (sensors) and r.at >= reading_between.from_at and r.at < reading_between.to_at
    union all
    select s.sensor_id, u.at, u.value, u.quality
    from segment s cross join lateral segment_readings(s) u
    where s.sensor_id = any (sensors) and s.from_at < reading_between.to_at
      and s.from_at > reading_between.from_at - interval '2 days' and s.to_at > reading_between.from_at
      and u.at >= reading_between.from_at and u.at < reading_between.to_at
      and not exists (select from reading r where r.sensor_id = s.sensor_id and r.at = u.at);
  end;

/* Days of which at least one reading is not sealed yet; all readings of them, the sealed ones included. */
create view unsealed_day_reading as
  with unsealed as (
    select sensor_id, sensor_type, day, local_midnight(day, timezone) as from_at, local_midnight(day + 1, timezone) as to_at
    from (select r.sensor_id, s.sensor_type, b.timezone, local_day(r.at, b.timezone) as day
          from reading r join sensor s on s.id = r.sensor_id join building b on b.id = s.building_id
          group by 1, 2, 3, 4) d
  )
  select d.sensor_id, d.sensor_type, d.day, d.from_at, one.at, one.value, one.quality,
         case when one.quality = 0
              then lag(one.value) over (partition by d.sensor_id, d.from_at, one.quality = 0 order by one.at) end as before
  from unsealed d
  cross join lateral (
    select r.at, r.value, r.quality from reading r
    where r.sensor_id = d.sensor_id and r.at >= d.from_at and r.at < d.to_at
    union all
    select u.at, u.value, u.quality from segment s cross join lateral segment_readings(s) u
    where s.sensor_id = d.sensor_id and s.from_at = d.from_at
      and not exists (select from reading r where r.sensor_id = d.sensor_id and r.at = u.at)
  ) one
  where not exists (select from segment s
                    where s.sensor_id = d.sensor_id and s.from_at = d.from_at and s.step_ms is null);

/* Calendar days of the building's time zone. */
create view rollup_1d as
  select s.sensor_id, s.from_at as at, s.day, s.count, s.suspect, s.min, s.max, s.sum, s.sum / nullif(s.count, 0) as avg,
         s.first, s.last,
         case when s.increase is not null then
           s.increase + coalesce(counter_rise(last_good_before(s.sensor_id, s.from_at), s.first), 0) end as increase
  from segment s
  where s.step_ms is null
     or not exists (select from reading r where r.sensor_id = s.sensor_id and r.at >= s.from_at and r.at < s.to_at)
  union all
  select d.sensor_id, d.at, d.day, d.count, d.suspect, d.min, d.max, d.sum, d.sum / nullif(d.count, 0), d.first, d.last,
         case when is_counter(d.sensor_type) then
           d.rises + coalesce(counter_rise(last_good_before(d.sensor_id, d.at), d.first), 0) end
  from (
    select sensor_id, sensor_type, from_at as at, day,
           count(*) filter (where quality = 0)::int4 as count, count(*) filter (where quality <> 0)::int4 as suspect,
           min(value) filter (where quality = 0) as min, max(value) filter (where quality = 0) as max,
           sum(value) filter (where quality = 0) as sum,
           (array_agg(value order by at) filter (where quality = 0))[1] as first,
           (array_agg(value order by at desc) filter (where quality = 0))[1] as last,
           coalesce(sum(counter_rise(before, value)), 0) as rises
    from unsealed_day_reading group by 1, 2, 3, 4
  ) d;

/* Hours, counted from the building's midnight. */
create view rollup_1h as
  select s.sensor_id, s.from_at + (h.hour - 1) * interval '1 hour' as at, h.count::int4, h.suspect::int4,
         h.min, h.max, h.sum, h.sum / nullif(h.count, 0) as avg,
         case when s.increase is not null then
           h.rises + case when h.count > 0 and not h.earlier then
             coalesce(counter_rise(last_good_before(s.sensor_id, s.from_at), s.first), 0) else 0 end end as increase
  from segment s
  cross join lateral (
    select n as hour, k[n] as count, k[hours + n] as suspect,
           case when k[n] > 0 then (s.base + k[2 * hours + n])::float8 / 10::float8 ^ s.decimals::float8 end as min,
           case when k[n] > 0 then (s.base + k[3 * hours + n])::float8 / 10::float8 ^ s.decimals::float8 end as max,
           case when k[n] > 0 then (s.base * k[n] + k[4 * hours + n])::float8 / 10::float8 ^ s.decimals::float8 end as sum,
           k[5 * hours + n]::float8 / 10::float8 ^ s.decimals::float8 as rises,
           coalesce((select true from generate_series(1, n - 1) b where k[b] > 0 limit 1), false) as earlier
    from (select coalesce(s.hours_int2::int4[], s.hours_int4) as k,
                 ceil(extract(epoch from s.to_at - s.from_at) / 3600)::int4 as hours) p
    cross join lateral generate_series(1, hours) n
    where k is not null
    union all
    select n, k[n], k[hours + n],
           case when k[n] > 0 then k[2 * hours + n] end, case when k[n] > 0 then k[3 * hours + n] end,
           case when k[n] > 0 then k[4 * hours + n] end, k[5 * hours + n],
           coalesce((select true from generate_series(1, n - 1) b where k[b] > 0 limit 1), false)
    from (select s.hours_float8 as k, ceil(extract(epoch from s.to_at - s.from_at) / 3600)::int4 as hours) p
    cross join lateral generate_series(1, hours) n
    where k is not null
  ) h
  where (h.count > 0 or h.suspect > 0)
    and (s.step_ms is null
         or not exists (select from reading r where r.sensor_id = s.sensor_id and r.at >= s.from_at and r.at < s.to_at))
  union all
  select d.sensor_id, d.at, d.count, d.suspect, d.min, d.max, d.sum, d.sum / nullif(d.count, 0),
         case when is_counter(d.sensor_type) then
           d.rises + case when d.opens then coalesce(counter_rise(last_good_before(d.sensor_id, d.from_at), d.first), 0)
                          else 0 end end
  from (
    select sensor_id, sensor_type, from_at,
           from_at + floor(extract(epoch from at - from_at) / 3600) * interval '1 hour' as at,
           count(*) filter (where quality = 0)::int4 as count, count(*) filter (where quality <> 0)::int4 as suspect,
           min(value) filter (where quality = 0) as min, max(value) filter (where quality = 0) as max,
           sum(value) filter (where quality = 0) as sum,
           (array_agg(value order by at) filter (where quality = 0))[1] as first,
           bool_or(quality = 0 and before is null) as opens,
           coalesce(sum(counter_rise(before, value)), 0) as rises
    from unsealed_day_reading group by 1, 2, 3, 4
  ) d;

/* What retention let go. */
create table retention_log (
  id          int8 generated always as identity primary key,
  done_at     timestamptz not null default now(),
  sensor_type text not null,
  stage       text not null check (stage in ('raw', 'rollup')),
  -- Everything of that kind before it.
  before_at   timestamptz not null,
  days        int4 not null,
  readings    int8 not null
);
