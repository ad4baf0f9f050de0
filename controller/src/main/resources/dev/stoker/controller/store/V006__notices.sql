-- Who is told that jobs ended.

create table job_targets (               -- whom a submission named
  job_number bigint not null references jobs (number) on delete cascade,
  target text not null,                  -- an address; it may be a secret, so nobody is shown it
  primary key (job_number, target)
);

create table notices (                   -- not delivered yet
  number integer primary key,
  id text not null unique,               -- the same in each delivery
  target text not null,                  -- 'hook NAME' or 'mail' of the configuration, or an address
  body text not null,
  created_millis bigint not null,
  next_millis bigint not null,           -- when to try, or when a controller's try is over
  tries bigint not null
);
create index notices_due on notices (next_millis);
