-- Which folders of origins jobs read from: nodes that hold some of them get their tasks first.

create table job_inputs (
  job_number bigint primary key references jobs (number) on delete cascade,
  folders text not null                  -- JSON
);
