-- Which version of each of its inputs a job reads, on every node: the first that is told stays.
-- A job has one sheet at a time; when a person pins it anew it gets another, and the old one is swept.
create table pin_sheets (
  number integer primary key,
  job_number bigint not null references jobs (number) on delete cascade,
  files bigint not null                  -- how many are pinned
);
create index pin_sheets_by_job on pin_sheets (job_number, number);

create table pins (
  number integer primary key,            -- counts up: who knows some asks for the rest
  sheet_number bigint not null references pin_sheets (number) on delete cascade,
  name_hash bigint not null,             -- so that the index holds eight bytes and not the name again
  name text not null,                    -- LOCATION/path
  version text not null
);
create unique index pins_by_name on pins (sheet_number, name_hash);
create index pins_in_order on pins (sheet_number, number);

insert into pin_sheets (job_number, files) select number, 0 from jobs where archived = 0;
