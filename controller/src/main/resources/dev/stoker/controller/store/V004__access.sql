-- Who may call, and what people did.

create table tokens (
  id text primary key,                   -- what people call it; the token itself is nowhere
  token_hash text not null unique,
  kind text not null,
  name text not null,                    -- the person, or what the nodes are for
  role text not null,
  projects text not null,                -- JSON; an empty list means all
  single bigint not null,                -- 1: belongs to the first node that registers with it
  bound_to text not null,                -- the only node that may register with it, or empty
  created_millis bigint not null,
  expires_millis bigint,
  revoked_millis bigint
);

create table audit (
  number integer primary key,
  at_millis bigint not null,
  caller text not null,
  action text not null,
  status bigint not null
);
