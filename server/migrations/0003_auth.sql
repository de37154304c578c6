-- People and their sessions (the tables that better-auth works on, in our names), and API keys.

create table person (
  id             text primary key,
  name           text not null,
  email          text not null constraint person_email_taken unique,
  email_verified boolean not null default false,
  image          text,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);

create table session (
  id         text primary key,
  user_id    text not null references person on delete cascade,
  token      text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index session_user_lookup on session (user_id);

create table credential (
  id                       text primary key,
  account_id               text not null,
  provider_id              text not null,
  user_id                  text not null references person on delete cascade,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  password                 text,
  created_at               timestamptz not null default now(),
  updated_at               timestamptz not null default now()
);
create index credential_user_lookup on credential (user_id);

create table verification (
  id         text primary key,
  identifier text not null,
  value      text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verification_identifier_lookup on verification (identifier);

-- Only a hash is kept: the key has 256 random bits, so SHA-256 needs neither salt nor stretching.
create table api_key (
  id                  int4 generated always as identity primary key,
  gateway_id          int4 references gateway on delete cascade,
  user_id             text references person on delete cascade,
  name                text not null,
  start               text not null,
  hash                bytea not null unique,
  readings_per_minute int4 not null,
  expires_at          timestamptz,
  last_used_at        timestamptz,
  created_at          timestamptz not null default now(),
  check (num_nonnulls(gateway_id, user_id) = 1)
);
create index api_key_gateway_lookup on api_key (gateway_id) where gateway_id is not null;
create index api_key_user_lookup on api_key (user_id) where user_id is not null;

-- Random secrets this installation made for itself, e.g. the key that signs session cookies.
create table installation_secret (
  name  text primary key,
  value text not null
);
