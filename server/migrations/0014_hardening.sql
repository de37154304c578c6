-- Sessions are kept by the hash of their token, as keys are: who reads a dump or the table can sign in as nobody.
-- A token has 190 random bits, so SHA-256 needs neither salt nor stretching. Sessions of now stay open.
update session set token = encode(sha256(convert_to(token, 'UTF8')), 'hex');

-- Attempts (sign-in, codes, links) of the current window. What is counted, an address or an account, is told by a
-- keyed hash cut to 18 bits: no attack makes more rows than that a rule, and nobody is named here.
-- Unlogged: it costs no WAL, and after a crash counting begins anew.
create unlogged table throttle_count (
  rule    text not null,
  bucket  int4 not null,
  count   int4 not null,
  ends_at timestamptz not null,
  primary key (rule, bucket)
) with (fillfactor = 50);
create index throttle_count_ends_lookup on throttle_count (ends_at);
