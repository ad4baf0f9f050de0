-- The queue. Written in the SQL that SQLite and PostgreSQL share; times are milliseconds since 1970.

create table jobs (
  number integer primary key,            -- counts up: the order of submission
  id text not null unique,
  name text not null,
  project text not null,
  priority bigint not null,
  state text not null,
  message text not null,
  max_attempts bigint not null,
  submitted_millis bigint not null,
  ended_millis bigint
);

create table definitions (
  job_number bigint primary key references jobs (number) on delete cascade,
  body text not null
);

create table submissions (
  idempotency_key text primary key,
  body_hash text not null,
  job_number bigint not null references jobs (number) on delete cascade
);
create index submissions_by_job on submissions (job_number);

-- Tasks are counted here and numbered through the job: a step's tasks are the ordinals from
-- first_ordinal on. Those from next_index on were never leased and have no row in tasks.
create table steps (
  number integer primary key,
  job_number bigint not null references jobs (number) on delete cascade,
  position bigint not null,
  name text not null,
  first_ordinal bigint not null,
  task_count bigint not null,
  next_index bigint not null,
  unmet bigint not null,                 -- steps it still waits for
  held bigint not null,                  -- 1 while nothing of it may start: suspended, or over
  priority bigint not null,              -- the job's, for the index below
  open_tasks bigint not null,            -- waiting or ready, with a row or without
  leased_tasks bigint not null,
  committed_tasks bigint not null,
  succeeded_tasks bigint not null,
  failed_tasks bigint not null,
  canceled_tasks bigint not null,
  needs text not null,
  unique (job_number, position)
);
create index steps_startable on steps (priority desc, job_number, position)
  where open_tasks > 0 and unmet = 0 and held = 0;

create table step_dependencies (
  job_number bigint not null references jobs (number) on delete cascade,
  position bigint not null,
  needs_position bigint not null,
  primary key (job_number, position, needs_position)
);

create table tasks (
  job_number bigint not null references jobs (number) on delete cascade,
  ordinal bigint not null,
  state text not null,
  attempt bigint not null,
  failures bigint not null,
  losses bigint not null,
  lease_number bigint not null,          -- the live lease, 0 without one
  primary key (job_number, ordinal)
);
create index tasks_ready on tasks (job_number, ordinal) where state = 'READY';
create index tasks_adrift on tasks (job_number, ordinal)
  where state = 'COMMITTED' and lease_number = 0;

create table nodes (
  number integer primary key,
  id text not null unique,
  name text not null unique,
  release text not null,
  token_hash text not null unique,
  slots text not null,
  attributes text not null,
  sequence bigint not null,              -- of the last lease request that won something
  draining bigint not null,
  registered_millis bigint not null
);

create table leases (
  number integer primary key,
  id text not null,
  job_number bigint not null references jobs (number) on delete cascade,
  ordinal bigint not null,
  attempt bigint not null,
  recovery bigint not null,              -- 1: carries a granted manifest out and renders nothing
  node_number bigint not null references nodes (number),
  slot_id text not null,
  sequence bigint not null,              -- of the lease request that won it
  state text not null,
  outcome text,
  report text,                           -- the finish report
  started_millis bigint not null,
  ended_millis bigint
);
create index leases_by_task on leases (job_number, ordinal);
create index leases_live on leases (job_number, ordinal) where ended_millis is null;

create table manifests (
  job_number bigint not null references jobs (number) on delete cascade,
  ordinal bigint not null,
  attempt bigint not null,
  state text not null,
  reason text not null,
  body text not null,
  primary key (job_number, ordinal, attempt)
);

create table logs (
  job_number bigint not null references jobs (number) on delete cascade,
  ordinal bigint not null,
  attempt bigint not null,
  offset_bytes bigint not null,
  length_bytes bigint not null,
  body text not null,
  primary key (job_number, ordinal, attempt, offset_bytes)
);
