-- How nodes prove who they are: tokens that end, and machines that Azure vouches for.

alter table tokens add column scale_set text not null default '';  -- whose machines alone may use it

alter table nodes add column vm_id text not null default '';      -- what Azure calls the machine
alter table nodes add column token_expires_millis bigint not null default 0;
alter table nodes add column previous_hash text not null default '';  -- showed when a new one was asked for
alter table nodes add column previous_expires_millis bigint not null default 0;

create table secrets (                   -- that controllers of one database share
  name text primary key,
  value text not null
);

create table challenges (                -- answered ones: none counts twice
  id text primary key,
  used_millis bigint not null
);
