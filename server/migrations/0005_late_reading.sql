-- Which readings came late, so that people can see why yesterday's chart is not what they remember.

comment on column reading.quality is 'bits: 1 suspect (outside the plausible range of its kind), 2 late (arrived more than 10 minutes after its time)';

alter table segment add column late_at int4multirange;
alter table segment alter late_at set storage main;
comment on column segment.late_at is 'positions of late readings, from 1; null where there is none';

/* The readings of a segment. */
create or replace function segment_readings(s segment) returns table (at timestamptz, value float8, quality int2)
  language sql stable parallel safe
  begin atomic
    select s.from_at + ((s.first_ms + (n - 1) * s.step_ms::int8
                         + coalesce(s.unit_ms * sum(t) over (order by n rows unbounded preceding), 0))
                        * interval '1 millisecond'),
           case when s.decimals is null then f
                else (s.base + sum(v) over (order by n rows unbounded preceding))::float8
                     / (10::float8 ^ s.decimals::float8) end,
           ((s.suspect_at is not null and s.suspect_at @> n::int4)::int4
            + 2 * (s.late_at is not null and s.late_at @> n::int4)::int4)::int2
    from unnest(coalesce(s.values_int2::int4[], s.values_int4), s.values_float8,
                coalesce(s.times_int2::int4[], s.times_int4)) with ordinality as entry (v, f, t, n)
    where s.step_ms is not null;
  end;

/* The last good reading before an instant, which may lie within a sealed day. */
create or replace function last_good_before(sensor int4, before timestamptz) returns float8
  language sql stable parallel safe
  begin atomic
    with sealed as (
      select from_at, to_at, last, step_ms from segment
      where sensor_id = sensor and from_at < before and count > 0 and (to_at <= before or step_ms is not null)
      order by from_at desc limit 1
    ), hot as (
      select r.at, r.value from reading r
      where r.sensor_id = sensor and r.at < before and r.quality & 1 = 0 order by r.at desc limit 1
    )
    select case
      when coalesce((select to_at from sealed), '-infinity') <= before
        and not exists (select from reading r where r.sensor_id = sensor and r.at < before
                        and r.at >= coalesce((select from_at from sealed), '-infinity')) then (select last from sealed)
      when (select hot.at >= coalesce(sealed.to_at, '-infinity') from hot left join sealed on true)
        then (select value from hot)
      when (select step_ms is null from sealed) then (select last from sealed)
      else (
        select value from (
          select hot.at, hot.value from hot
          union all
          (select u.at, u.value from segment p cross join lateral segment_readings(p) u
           where p.sensor_id = sensor and p.from_at < before and p.count > 0 and u.quality & 1 = 0 and u.at < before
             and not exists (select from reading r where r.sensor_id = sensor and r.at = u.at)
           order by p.from_at desc, u.at desc limit 1)
          union all
          (select p.from_at + p.last_ms * interval '1 millisecond', p.last from segment p
           where p.sensor_id = sensor and p.to_at <= before and p.count > 0 and p.step_ms is null
           order by p.from_at desc limit 1)
        ) candidates order by at desc limit 1)
    end;
  end;

/* Every reading, sealed or not; of two for one instant the hot one, which is the later to come. */
create or replace view reading_all as
  select sensor_id, at, value, (quality & 1)::int2 as quality, quality & 2 <> 0 as late from reading
  union all
  select s.sensor_id, u.at, u.value, (u.quality & 1)::int2, u.quality & 2 <> 0
  from segment s cross join lateral segment_readings(s) u
  where not exists (select from reading r where r.sensor_id = s.sensor_id and r.at = u.at);

drop function reading_between;
/* The same for chosen sensors and a range, without unpacking a day outside of it. */
create function reading_between(sensors int4[], from_at timestamptz, to_at timestamptz)
  returns table (sensor_id int4, at timestamptz, value float8, quality int2, late boolean)
  language sql stable parallel safe
  begin atomic
    select r.sensor_id, r.at, r.value, (r.quality & 1)::int2, r.quality & 2 <> 0 from reading r
    where r.sensor_id = any (sensors) and r.at >= reading_between.from_at and r.at < reading_between.to_at
    union all
    select s.sensor_id, u.at, u.value, (u.quality & 1)::int2, u.quality & 2 <> 0
    from segment s cross join lateral segment_readings(s) u
    where s.sensor_id = any (sensors) and s.from_at < reading_between.to_at
      and s.from_at > reading_between.from_at - interval '2 days' and s.to_at > reading_between.from_at
      and u.at >= reading_between.from_at and u.at < reading_between.to_at
      and not exists (select from reading r where r.sensor_id = s.sensor_id and r.at = u.at);
  end;

/* The newest reading of a sensor: two entries of two primary keys, however long it has been silent. */
create or replace function newest_reading(sensor int4) returns table (at timestamptz, value float8, quality int2)
  language sql stable parallel safe
  begin atomic
    select one.at, one.value, one.quality from (
      (select r.at, r.value, (r.quality & 1)::int2 as quality, 1 as hot
       from reading r where r.sensor_id = sensor order by r.at desc limit 1)
      union all
      (select s.from_at + s.last_ms * interval '1 millisecond', coalesce(s.newest, s.last),
              (s.newest is not null)::int4::int2, 0
       from segment s where s.sensor_id = sensor order by s.from_at desc limit 1)
    ) one order by one.at desc, one.hot desc limit 1;
  end;

/* Days of which at least one reading is not sealed yet; all readings of them, the sealed ones included. */
create or replace view unsealed_day_reading as
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
    select r.at, r.value, (r.quality & 1)::int2 as quality from reading r
    where r.sensor_id = d.sensor_id and r.at >= d.from_at and r.at < d.to_at
    union all
    select u.at, u.value, (u.quality & 1)::int2 from segment s cross join lateral segment_readings(s) u
    where s.sensor_id = d.sensor_id and s.from_at = d.from_at
      and not exists (select from reading r where r.sensor_id = d.sensor_id and r.at = u.at)
  ) one
  where not exists (select from segment s
                    where s.sensor_id = d.sensor_id and s.from_at = d.from_at and s.step_ms is null);
