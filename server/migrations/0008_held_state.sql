-- How long states held, kept with the day: a year of a door contact is then 365 rows to read and not half a million
-- readings, and its share of time outlives them.

alter table segment add column held int4[];
alter table segment alter held set storage main;
comment on column segment.held is 'states only: the longest that a reading holds; then for each hour from from_at on how long readings of this day held in it, then for how much of that the state was 1; milliseconds. How far a reading of the day before reaches into it is added when read';
comment on column segment.first_good_ms is 'of counters and states, where the first good reading is not the first: as first_ms';
comment on column segment.last_good_ms is 'of counters and states, where the last good reading is not the newest: as last_ms';
