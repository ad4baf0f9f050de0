-- What the web page shows.

alter table nodes add column machine text not null default '';  -- JSON; empty where the node did not say

create table topologies (
  node_number bigint primary key references nodes (number) on delete cascade,
  body text not null                     -- JSON, as 'stoker topology --json' prints it
);

-- Small pictures of what tasks made. The oldest make room for new ones.
create table thumbnails (
  number integer primary key,
  job_number bigint not null references jobs (number) on delete cascade,
  ordinal bigint not null,
  attempt bigint not null,
  position bigint not null,              -- among the pictures of the attempt, from 0
  destination text not null,
  length_bytes bigint not null,          -- of body
  body text not null,                    -- a JPEG or PNG file in Base64
  unique (job_number, ordinal, attempt, position)
);

create index thumbnails_by_age on thumbnails (number, length_bytes);

create index jobs_ended on jobs (ended_millis);
create index jobs_unfinished on jobs (priority desc, number)
  where state in ('QUEUED', 'RUNNING', 'SUSPENDED');

create index tasks_failed on tasks (job_number, ordinal) where state = 'FAILED';

-- How long nodes were there, by day (since 1970, UTC) and kind.
create table node_hours (
  day bigint not null,
  vm_size text not null,
  spot bigint not null,
  millis bigint not null,
  primary key (day, vm_size, spot)
);

create table accounting (
  id bigint primary key,                 -- 0
  counted_until_millis bigint not null
);
insert into accounting values (0, 0);
