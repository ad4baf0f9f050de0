-- What changes mean for the memory of the controllers that share the database. SQLite has one
-- controller, which needs none.

create table events (
  number bigint primary key,             -- counts up by one with each transaction that tells something
  at_millis bigint not null,             -- by the database's clock
  body text not null
);
create index events_by_age on events (at_millis);
