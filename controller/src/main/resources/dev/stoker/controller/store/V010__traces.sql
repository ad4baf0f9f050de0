-- What sessions of a step read of their inputs, in which order. The oldest make room for new ones.
create table traces (
  number integer primary key,
  job_number bigint not null references jobs (number) on delete cascade,
  step_name text not null,
  passed_files bigint not null,          -- of which it does not tell all; the fewest is kept
  length_bytes bigint not null,          -- of body
  body text not null,                    -- as agents understand it, in Base64
  unique (job_number, step_name)
);

create index traces_by_age on traces (number, length_bytes);
