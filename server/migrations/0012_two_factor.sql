-- A second factor for people who want one, and people of an OpenID provider.

create table two_factor (
  person_id  text primary key references person on delete cascade,
  -- Of the codes (RFC 6238); encrypted with a key in installation_secret.
  secret     text not null,
  begun_at   timestamptz not null default now(),
  -- null: no code has been given yet, and nobody is asked for one
  enabled_at timestamptz,
  -- The step of 30 s whose code was taken last; none of it or before is taken again.
  last_step  int4 not null default 0
);

-- Each works once: then its row is gone.
create table recovery_code (
  person_id text not null references two_factor on delete cascade,
  hash      bytea not null,
  primary key (person_id, hash)
);

-- Who has proven to be somebody and has yet to give a code. Of the token in their cookie only a hash is kept.
create table sign_in_step (
  token_hash   bytea primary key,
  person_id    text not null references person on delete cascade,
  first_factor text not null check (first_factor in ('password', 'single_sign_on')),
  expires_at   timestamptz not null
);
create index sign_in_step_person_lookup on sign_in_step (person_id);

-- `provider_id` is `credential` for a password, else the address of an OpenID provider, and `account_id` its name for
-- the person. One of each a person, and nobody else's.
create unique index credential_person_once on credential (user_id, provider_id);
create unique index credential_account_once on credential (provider_id, account_id);
