-- What a fall of a counter means: a roll-over where its register has a known end, a replacement of the meter where one was
-- declared, else a reset. Segments keep what was read, and it is judged when they are read: so a roll-over value or a
-- replacement that is declared later is right at once, for every day.

alter table sensor
  add column rollover_value float8
    constraint sensor_rollover_in_range check (rollover_value > 0 and rollover_value < 'infinity'),
  add constraint sensor_rollover_of_counter check (rollover_value is null or is_counter(sensor_type));
comment on column sensor.rollover_value is 'counters: the value at which the register starts again from 0; null: not known';

/* Entries are never edited: a wrong one is withdrawn and stays. */
create table meter_replacement (
  id                 int4 generated always as identity primary key,
  sensor_id          int4 not null references sensor on delete cascade,
  at                 timestamptz not null,
  final_reading      float8 not null check (final_reading >= 0 and final_reading < 'infinity'),
  first_reading      float8 not null check (first_reading >= 0 and first_reading < 'infinity'),
  note               text,
  -- People by id, and by the address they had then, which stays readable when they have gone.
  declared_at        timestamptz not null,
  declared_by        text not null,
  declared_by_email  text not null,
  withdrawn_at       timestamptz,
  withdrawn_by       text,
  withdrawn_by_email text,
  check (num_nulls(withdrawn_at, withdrawn_by, withdrawn_by_email) in (0, 3))
);
create index meter_replacement_sensor_lookup on meter_replacement (sensor_id, at);
create unique index meter_replacement_instant_taken on meter_replacement (sensor_id, at) where withdrawn_at is null;
comment on column meter_replacement.final_reading is 'of the old meter, in the unit of the sensor';
comment on column meter_replacement.first_reading is 'of the new meter';

/* Whether a fall is a roll-over: the way round is at most half of the register. The third condition follows from the
   others but for rounding; only such falls are kept in segment.steps. */
create function is_rollover(before float8, after float8, rollover float8) returns boolean
  language sql immutable parallel safe
  return before <= rollover and after >= 0 and after <= before / 2 and rollover - before + after <= rollover / 2;

/* What a counter rose by between two consecutive good readings; without a roll-over value as counter_rise(before, after). */
create function counter_rise(before float8, after float8, rollover float8) returns float8
  language sql immutable parallel safe
  return case when is_rollover(before, after, rollover) then rollover - before + after
              else counter_rise(before, after) end;

/* The same where one of the two was written down at a replacement: people read whole units off a meter that sends
   tenths, so a small fall is no reset and counts nothing. */
create function declared_rise(before float8, after float8, rollover float8) returns float8
  language sql immutable parallel safe
  return case when after >= before then after - before
              when is_rollover(before, after, rollover) then rollover - before + after
              when after < before then 0 end;

/* What a counter rose by from a good reading to the next one, over the replacements after the one and not after the
   other. */
create function counter_step(sensor int4, from_at timestamptz, to_at timestamptz, before float8, after float8)
  returns float8
  language sql stable parallel safe
  return (
    with meter as (
      select at, final_reading, first_reading, lag(first_reading, 1, counter_step.before) over (order by at) as before
      from meter_replacement
      where sensor_id = sensor and withdrawn_at is null and at > counter_step.from_at and at <= counter_step.to_at
    )
    select case when not exists (select from meter) then counter_rise(counter_step.before, counter_step.after, s.rollover_value)
           else (select sum(declared_rise(meter.before, final_reading, s.rollover_value)) from meter)
                + declared_rise((select first_reading from meter order by at desc limit 1), counter_step.after, s.rollover_value)
           end
    from sensor s where s.id = sensor
  );

alter table segment
  add column first_good_ms int4,
  add column last_good_ms int4,
  add column steps float8[];
alter table segment alter steps set storage main;
comment on column segment.increase is 'counters only: rises within the day, every fall counted from zero; what steps say otherwise, and the rise from the day before, is added when read';
comment on column segment.first_good_ms is 'of counters, where the first good reading is not the first: as first_ms';
comment on column segment.last_good_ms is 'of counters, where the last good reading is not the newest: as last_ms';
comment on column segment.steps is 'counters only: four numbers (from_ms and to_ms after from_at, value before, value after) for each two consecutive good readings between which the value fell to half or less or a meter was replaced; null where there is none';

update segment s set (first_good_ms, last_good_ms, steps) = (
  with good as (
    select at, value, lag(at) over (order by at) as from_at, lag(value) over (order by at) as before
    from segment_readings(s) where quality & 1 = 0
  )
  select nullif((extract(epoch from min(at) - s.from_at) * 1000)::int4, s.first_ms),
         nullif((extract(epoch from max(at) - s.from_at) * 1000)::int4, s.last_ms),
         (select array_agg(number order by at, n) from good
          cross join lateral unnest(array[extract(epoch from from_at - s.from_at) * 1000,
                                          extract(epoch from at - s.from_at) * 1000, before, value]::float8[])
            with ordinality as step (number, n)
          where value < before and value <= before / 2)
  from good)
where s.increase is not null and s.count > 0;

/* What the steps of a segment add to its increase; `at` is that of the later reading. */
create function segment_corrections(s segment) returns table (at timestamptz, correction float8)
  language sql stable parallel safe
  begin atomic
    select s.from_at + s.steps[n + 2] * interval '1 millisecond',
           counter_step(s.sensor_id, s.from_at + s.steps[n + 1] * interval '1 millisecond',
                        s.from_at + s.steps[n + 2] * interval '1 millisecond', s.steps[n + 3], s.steps[n + 4])
           - counter_rise(s.steps[n + 3], s.steps[n + 4])
    from generate_series(0, cardinality(s.steps) - 4, 4) n;
  end;

drop view rollup_1h, rollup_1d, unsealed_day_reading;

/* The last good reading before an instant, which may lie within a sealed day; no row where there is none. */
create function good_before(sensor int4, before timestamptz) returns table (at timestamptz, value float8)
  language sql stable parallel safe
  begin atomic
    with sealed as (
      select from_at, to_at, from_at + coalesce(last_good_ms, last_ms) * interval '1 millisecond' as at, last as value, step_ms from segment
      where sensor_id = sensor and from_at < before and count > 0 and (to_at <= before or step_ms is not null)
      order by from_at desc limit 1
    ), hot as (
      select r.at, r.value from reading r
      where r.sensor_id = sensor and r.at < before and r.quality & 1 = 0 order by r.at desc limit 1
    ), choice as (
      select case
        when coalesce((select to_at from sealed), '-infinity') <= before
          and not exists (select from reading r where r.sensor_id = sensor and r.at < before
                          and r.at >= coalesce((select from_at from sealed), '-infinity')) then 'sealed'
        when (select hot.at >= coalesce(sealed.to_at, '-infinity') from hot left join sealed on true) then 'hot'
        when (select step_ms is null from sealed) then 'sealed'
        else 'both' end as way
    )
    select sealed.at, sealed.value from sealed where (select way from choice) = 'sealed'
    union all
    select hot.at, hot.value from hot where (select way from choice) = 'hot'
    union all
    (select candidate.at, candidate.value from (
       select hot.at, hot.value from hot
       union all
       (select u.at, u.value from segment p cross join lateral segment_readings(p) u
        where p.sensor_id = sensor and p.from_at < before and p.count > 0 and u.quality & 1 = 0 and u.at < before
          and not exists (select from reading r where r.sensor_id = sensor and r.at = u.at)
        order by p.from_at desc, u.at desc limit 1)
       union all
       (select p.from_at + coalesce(p.last_good_ms, p.last_ms) * interval '1 millisecond', p.last from segment p
        where p.sensor_id = sensor and p.to_at <= before and p.count > 0 and p.step_ms is null
        order by p.from_at desc limit 1)
     ) candidate
     where (select way from choice) = 'both'
     order by candidate.at desc limit 1);
  end;

/* Its value alone. */
create or replace function last_good_before(sensor int4, before timestamptz) returns float8
  language sql stable parallel safe
  return (select value from good_before(sensor, before));

/* What a counter rose by from the last good reading before a day to the day's first; 0 where one of them is missing. */
create function rise_into_day(sensor int4, day_from timestamptz, first_at timestamptz, first float8) returns float8
  language sql stable parallel safe
  return coalesce(
    (select case when exists (select from meter_replacement m
                              where m.sensor_id = s.id and m.withdrawn_at is null and m.at > g.at and m.at <= first_at)
                 then counter_step(s.id, g.at, first_at, g.value, first)
                 -- Written out, as most have no replacement: the call would take as long as all the rest.
                 else counter_rise(g.value, first, s.rollover_value) end
     from sensor s cross join good_before(sensor, day_from) g where s.id = sensor), 0);

/* Days of which at least one reading is not sealed yet. Found by leaps from day to day in the primary key: to ask every
   row for its day took longer than all the rest. */
create view unsealed_day as
  select s.id as sensor_id, is_counter(s.sensor_type) as counts, s.rollover_value, hot.day, hot.from_at, hot.to_at,
         exists (select from meter_replacement m
                 where m.sensor_id = s.id and m.at >= hot.from_at and m.at < hot.to_at) as replaced
  from sensor s join building b on b.id = s.building_id
  cross join lateral (
    with recursive found (day) as (
      select local_day((select r.at from reading r where r.sensor_id = s.id order by r.at limit 1), b.timezone)
      union all
      select local_day((select r.at from reading r
                        where r.sensor_id = s.id and r.at >= local_midnight(found.day + 1, b.timezone)
                        order by r.at limit 1), b.timezone)
      from found where found.day is not null
    )
    select day, local_midnight(day, b.timezone) as from_at, local_midnight(day + 1, b.timezone) as to_at
    from found where day is not null
  ) hot
  where not exists (select from segment x where x.sensor_id = s.id and x.from_at = hot.from_at and x.step_ms is null);

/* All readings of such a day, the sealed ones included. `opens`: the first good one; `rise`: from the good one before. */
create function unsealed_day_readings(day unsealed_day)
  returns table (at timestamptz, value float8, quality int2, opens boolean, rise float8)
  language sql stable parallel safe
  begin atomic
    with one as (
      select r.at, r.value, (r.quality & 1)::int2 as quality from reading r
      where r.sensor_id = day.sensor_id and r.at >= day.from_at and r.at < day.to_at
      union all
      select u.at, u.value, (u.quality & 1)::int2 from segment s cross join lateral segment_readings(s) u
      where s.sensor_id = day.sensor_id and s.from_at = day.from_at
        and not exists (select from reading r where r.sensor_id = day.sensor_id and r.at = u.at)
    ), entry as (
      select one.*, lag(one.at) over earlier as before_at, lag(one.value) over earlier as before
      from one window earlier as (partition by one.quality = 0 order by one.at)
    )
    select e.at, e.value, e.quality, e.quality = 0 and e.before is null,
           case when e.quality = 0 and day.counts then
             case when day.replaced then counter_step(day.sensor_id, e.before_at, e.at, e.before, e.value)
                  else counter_rise(e.before, e.value, day.rollover_value) end end
    from entry e;
  end;

/* Calendar days of the building's time zone. `greatest`: what corrections take back of rises may miss zero by a rounding. */
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
  where s.step_ms is null
     or not exists (select from reading r where r.sensor_id = s.sensor_id and r.at >= s.from_at and r.at < s.to_at)
  union all
  select d.sensor_id, d.from_at, d.day, f.count, f.suspect, f.min, f.max, f.sum, f.sum / nullif(f.count, 0), f.first, f.last,
         case when d.counts then f.rises + rise_into_day(d.sensor_id, d.from_at, f.first_at, f.first) end
  from unsealed_day d
  cross join lateral (
    select count(*) filter (where quality = 0)::int4 as count, count(*) filter (where quality <> 0)::int4 as suspect,
           min(value) filter (where quality = 0) as min, max(value) filter (where quality = 0) as max,
           sum(value) filter (where quality = 0) as sum,
           min(at) filter (where quality = 0) as first_at,
           (array_agg(value order by at) filter (where quality = 0))[1] as first,
           (array_agg(value order by at desc) filter (where quality = 0))[1] as last,
           coalesce(sum(rise), 0) as rises
    from unsealed_day_readings(d)
  ) f;

/* Hours, counted from the building's midnight. A range of `day` is found by the key of segments, one of `at` is not. `offset 0` unpacks an array once and not again for each of its hours:
   ten times faster. */
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
  where (h.count > 0 or h.suspect > 0)
    and (s.step_ms is null
         or not exists (select from reading r where r.sensor_id = s.sensor_id and r.at >= s.from_at and r.at < s.to_at))
  union all
  select d.sensor_id, d.from_at + f.hour * interval '1 hour', f.count, f.suspect, f.min, f.max, f.sum,
         f.sum / nullif(f.count, 0),
         case when d.counts then
           f.rises + case when f.opens then rise_into_day(d.sensor_id, d.from_at, f.first_at, f.first) else 0 end end,
         d.day
  from unsealed_day d
  cross join lateral (
    select floor(extract(epoch from at - d.from_at) / 3600) as hour,
           count(*) filter (where quality = 0)::int4 as count, count(*) filter (where quality <> 0)::int4 as suspect,
           min(value) filter (where quality = 0) as min, max(value) filter (where quality = 0) as max,
           sum(value) filter (where quality = 0) as sum,
           min(at) filter (where quality = 0) as first_at,
           (array_agg(value order by at) filter (where quality = 0))[1] as first,
           bool_or(opens) as opens,
           coalesce(sum(rise), 0) as rises
    from unsealed_day_readings(d) group by 1
  ) f;
