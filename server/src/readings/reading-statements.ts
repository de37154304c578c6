/** Rows that are new, many at once: fewer bytes of log a row than an insert writes (docs/adr/0010-cheaper-ingest.md). */
export const copyIn = 'copy reading (sensor_id, quality, at, value) from stdin (format binary)'

/** Several `unnest` side by side need no table in between, as one in the from clause does. */
export const insert = `
  insert into reading (sensor_id, at, value, quality)
  select unnest($1::int4[]), unnest($2::timestamptz[]), unnest($3::float8[]), unnest($4::int2[])`

/**
 * Rows that are new or differ from what is stored; the count of them is what was stored. A row whose value is already
 * there is locked but not written again.
 */
export const insertOrReplace = `${insert}
  on conflict (sensor_id, at) do update set value = excluded.value, quality = excluded.quality
  where reading.value <> excluded.value`
