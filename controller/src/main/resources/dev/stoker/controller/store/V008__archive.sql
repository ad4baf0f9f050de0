-- Jobs that ended long ago: of them the job and its steps with their counts are kept.

alter table jobs add column archived bigint not null default 0;
create index jobs_to_archive on jobs (ended_millis) where archived = 0;
