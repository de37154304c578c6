-- Written anew after every migration where PLENUM_STORAGE is timescale: common migrations make these views over rows
-- and segments. Here segments are only what retention leaves of a day, and all other figures come from quarter hours.

drop view if exists rollup_1h, rollup_1d, local_quarter, rollup_15m, stale_15m;

/* The figures of stale days, from rows. */
create view stale_15m as
  select d.sensor_id, d.day, q.*
  from (select distinct sensor_id, day from stale_day) d
  -- Lateral, so that a day is looked up by its key and not all readings joined to the few days.
  cross join lateral (
    select time_bucket(interval '15 minutes', r.at) as at,
           (count(*) filter (where quality & 1 = 0))::int4 as count,
           (count(*) filter (where quality & 1 <> 0))::int4 as suspect,
           min(value) filter (where quality & 1 = 0) as min,
           max(value) filter (where quality & 1 = 0) as max,
           sum(value) filter (where quality & 1 = 0) as sum,
           first(value, r.at) filter (where quality & 1 = 0) as first,
           last(value, r.at) filter (where quality & 1 = 0) as last,
           min(r.at) filter (where quality & 1 = 0) as first_at,
           max(r.at) filter (where quality & 1 = 0) as last_at,
           rises_within(array_agg(value order by r.at) filter (where quality & 1 = 0)) as rises,
           falls_within(array_agg(value order by r.at) filter (where quality & 1 = 0)) as falls
    from reading r where r.sensor_id = d.sensor_id and r.at >= d.day and r.at < d.day + interval '24 hours'
    group by 1
  ) q;

/* Quarter hours, right at any moment. */
create view rollup_15m as
  select q.sensor_id, q.at, q.count, q.suspect, q.min, q.max, q.sum, q.first, q.last, q.first_at,
         q.last_at, q.rises, q.falls
  from reading_15m q
  where not exists (select from stale_day d where d.sensor_id = q.sensor_id and d.day = date_trunc('day', q.at, 'UTC'))
  union all
  select sensor_id, at, count, suspect, min, max, sum, first, last, first_at, last_at, rises, falls from stale_15m;

/* Start of the calendar day that holds an instant; what date_trunc gives is later than the instant where a clock goes
   back over midnight. */
create or replace function local_day_start(at timestamptz, timezone text) returns timestamptz
  language sql stable parallel safe
  return case when date_trunc('day', at, timezone) <= at then date_trunc('day', at, timezone)
              else local_midnight(local_day(at, timezone), timezone) end;

/* What a counter rose by within a quarter hour; falls count for what they mean by now. Where a meter was replaced in it,
   its readings are looked at again. */
create or replace function quarter_rise(
  sensor int4, quarter timestamptz, first_at timestamptz, last_at timestamptz, rises float8, falls float8[]) returns float8
  language sql stable parallel safe
  return case
    when exists (select from meter_replacement m where m.sensor_id = sensor and m.withdrawn_at is null
                 and m.at > first_at and m.at <= last_at) then (
      select coalesce(sum(counter_step(sensor, before_at, at, before, value)), 0)
      from (select r.at, r.value, lag(r.at) over (order by r.at) as before_at, lag(r.value) over (order by r.at) as before
            from reading r
            where r.sensor_id = sensor and r.at >= quarter and r.at < quarter + interval '15 minutes' and r.quality & 1 = 0) one
      where before_at is not null)
    when falls is null then coalesce(rises, 0)
    else greatest(0, rises + (
      select coalesce(sum(counter_rise(falls[n], falls[n + 1], s.rollover_value) - counter_rise(falls[n], falls[n + 1])), 0)
      from sensor s cross join generate_series(1, cardinality(falls), 2) n where s.id = sensor))
  end;

/* What it rose by from the last good reading of one quarter hour to the first of the next that has any. */
create or replace function link_rise(
  sensor int4, before_at timestamptz, first_at timestamptz, before float8, first float8) returns float8
  language sql stable parallel safe
  return case
    when before_at is null or first_at is null then 0
    when exists (select from meter_replacement m where m.sensor_id = sensor and m.withdrawn_at is null
                 and m.at > before_at and m.at <= first_at) then counter_step(sensor, before_at, first_at, before, first)
    when first >= before then first - before
    else counter_rise(before, first, (select s.rollover_value from sensor s where s.id = sensor))
  end;

/* Quarter hours in their calendar days. `rises` is null but for counters, and counts from the good reading before in the
   same day. Functions are called only where they are needed: a call takes a millisecond. */
create view local_quarter as
  select sensor_id, from_at, (from_at at time zone timezone)::date as day, at, count, suspect, min, max, sum, first, last,
         first_at, count > 0 and before is null as opens,
         case when is_counter(sensor_type) then
           case when falls is not null
                  or exists (select from meter_replacement m
                             where m.sensor_id = q.sensor_id and m.at > q.first_at and m.at <= q.last_at)
                then quarter_rise(sensor_id, at, first_at, last_at, rises, falls) else coalesce(rises, 0) end
           + case when first < before
                    or exists (select from meter_replacement m
                               where m.sensor_id = q.sensor_id and m.at > q.before_at and m.at <= q.first_at)
                  then link_rise(sensor_id, before_at, first_at, before, first) else coalesce(first - before, 0) end
         end as rises
  from (
    select placed.*, lag(last_at) over earlier as before_at, lag(last) over earlier as before
    from (
      select q.*, s.sensor_type, b.timezone, local_day_start(q.at, b.timezone) as from_at
      from rollup_15m q join sensor s on s.id = q.sensor_id join building b on b.id = s.building_id
    ) placed
    window earlier as (partition by sensor_id, from_at, count > 0 order by at)
  ) q;

create view rollup_1d as
  select s.sensor_id, s.from_at as at, s.day, s.count, s.suspect, s.min, s.max, s.sum, s.sum / nullif(s.count, 0) as avg,
         s.first, s.last,
         case when s.increase is not null then greatest(0,
           s.increase
           + case when s.steps is null then 0 else (select sum(c.correction) from segment_corrections(s) c) end
           + rise_into_day(s.sensor_id, s.from_at,
                           s.from_at + coalesce(s.first_good_ms, s.first_ms) * interval '1 millisecond', s.first))
         end as increase
  from segment s
  union all
  select d.sensor_id, d.at, d.day, d.count, d.suspect, d.min, d.max, d.sum, d.sum / nullif(d.count, 0), d.first, d.last,
         case when d.rises is not null then d.rises + rise_into_day(d.sensor_id, d.at, d.first_at, d.first) end
  from (
    select sensor_id, from_at as at, day, sum(count)::int4 as count, sum(suspect)::int4 as suspect,
           min(min) as min, max(max) as max, sum(sum) as sum, min(first_at) as first_at,
           first(first, at) filter (where count > 0) as first, last(last, at) filter (where count > 0) as last,
           sum(rises) as rises
    from local_quarter group by 1, 2, 3
  ) d
  where not exists (select from segment s where s.sensor_id = d.sensor_id and s.from_at = d.at);

create view rollup_1h as
  select s.sensor_id, s.from_at + (h.hour - 1) * interval '1 hour' as at, h.count::int4, h.suspect::int4,
         h.min, h.max, h.sum, h.sum / nullif(h.count, 0) as avg,
         case when s.increase is not null then greatest(0,
           h.rises
           + case when s.steps is null then 0 else coalesce(
               (select sum(c.correction) from segment_corrections(s) c
                where c.at >= s.from_at + (h.hour - 1) * interval '1 hour'
                  and c.at < s.from_at + h.hour * interval '1 hour'), 0) end
           + case when h.count > 0 and not h.earlier then
               rise_into_day(s.sensor_id, s.from_at,
                           s.from_at + coalesce(s.first_good_ms, s.first_ms) * interval '1 millisecond', s.first)
               else 0 end)
         end as increase, s.day
  from segment s
  cross join lateral (
    select n as hour, k[n] as count, k[hours + n] as suspect,
           case when k[n] > 0 then (s.base + k[2 * hours + n])::float8 / 10::float8 ^ s.decimals::float8 end as min,
           case when k[n] > 0 then (s.base + k[3 * hours + n])::float8 / 10::float8 ^ s.decimals::float8 end as max,
           case when k[n] > 0 then (s.base * k[n] + k[4 * hours + n])::float8 / 10::float8 ^ s.decimals::float8 end as sum,
           k[5 * hours + n]::float8 / 10::float8 ^ s.decimals::float8 as rises,
           s.increase is not null and exists (select from generate_series(1, n - 1) b where k[b] > 0) as earlier
    from (select coalesce(s.hours_int2::int4[], s.hours_int4) as k,
                 ceil(extract(epoch from s.to_at - s.from_at) / 3600)::int4 as hours
          offset 0) p
    cross join lateral generate_series(1, hours) n
    where k is not null
    union all
    select n, k[n], k[hours + n],
           case when k[n] > 0 then k[2 * hours + n] end, case when k[n] > 0 then k[3 * hours + n] end,
           case when k[n] > 0 then k[4 * hours + n] end, k[5 * hours + n],
           s.increase is not null and exists (select from generate_series(1, n - 1) b where k[b] > 0)
    from (select s.hours_float8 as k, ceil(extract(epoch from s.to_at - s.from_at) / 3600)::int4 as hours offset 0) p
    cross join lateral generate_series(1, hours) n
    where k is not null
  ) h
  where h.count > 0 or h.suspect > 0
  union all
  select d.sensor_id, d.at, d.count, d.suspect, d.min, d.max, d.sum, d.sum / nullif(d.count, 0),
         d.rises + case when d.rises is not null and d.opens then
           rise_into_day(d.sensor_id, d.from_at, d.first_at, d.first) else 0 end, d.day
  from (
    select sensor_id, from_at, from_at + floor(extract(epoch from at - from_at) / 3600) * interval '1 hour' as at,
           sum(count)::int4 as count, sum(suspect)::int4 as suspect, min(min) as min, max(max) as max, sum(sum) as sum,
           min(first_at) as first_at, first(first, at) filter (where count > 0) as first,
           bool_or(opens) as opens, sum(rises) as rises, min(day) as day
    from local_quarter group by 1, 2, 3
  ) d
  where not exists (select from segment s where s.sensor_id = d.sensor_id and s.from_at = d.from_at);
