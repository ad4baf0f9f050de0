-- Who shares the nodes with whom, what is counted, and when failed tasks are tried again.

alter table jobs add column submitter text not null default '';
alter table jobs add column failed_attempts bigint not null default 0;  -- since it was last resumed

alter table steps add column project text not null default '';
alter table steps add column submitter text not null default '';
update steps set project = (select project from jobs where jobs.number = steps.job_number);
drop index steps_startable;
create index steps_startable
  on steps (project, submitter, priority desc, job_number, position)
  where open_tasks > 0 and unmet = 0 and held = 0;

alter table tasks add column not_before_millis bigint not null default 0;

alter table leases add column project text not null default '';
alter table leases add column submitter text not null default '';
alter table leases add column tokens text not null default '';  -- what it counts against limits
