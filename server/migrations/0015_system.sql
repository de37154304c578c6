-- What the System page shows. None of it is needed for anything else: lost, it fills again.

-- Processes that run on this database now. Each renews its row every ten seconds, by the database's clock, which is one
-- for all; a row that is a minute old is of a process that was killed.
create table instance (
  id           uuid primary key,
  role         text not null check (role in ('all', 'web', 'worker')),
  host         text not null,
  address      text not null,
  version      text not null,
  node_version text not null,
  started_at   timestamptz not null,
  seen_at      timestamptz not null,
  figures      jsonb not null
) with (fillfactor = 50);
comment on column instance.figures is 'what it was doing when it renewed the row; not indexed, so that renewing leaves the key alone';

-- A row a minute and process, and one of the installation as a whole (instance_id is null); kept 48 hours.
create table system_sample (
  at          timestamptz not null,
  instance_id uuid,
  figures     jsonb not null,
  unique nulls not distinct (at, instance_id)
);
comment on column system_sample.at is 'the full minute it was taken in';

-- How each kind of job last ended: the queue forgets those that went well.
create table job_run (
  task         text primary key,
  started_at   timestamptz not null,
  took_ms      int4 not null,
  error        text,
  succeeded_at timestamptz,
  failures     int4 not null
) with (fillfactor = 50);
comment on column job_run.failures is 'in a row, up to now';
