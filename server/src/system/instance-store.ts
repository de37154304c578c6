import type { InstanceFigures, InstanceRole } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** A process, as it tells others of itself. */
export interface Instance {
  id: string
  role: InstanceRole
  host: string
  address: string
  version: string
  nodeVersion: string
  upS: number
  figures: InstanceFigures
}

export interface InstanceRow extends Omit<Instance, 'upS'> {
  startedAt: Date
  seenAt: Date
}

/** A row that is that old is of a process that was killed. */
const forgetAfter = sql`interval '1 minute'`

/** The SQL of who runs on this database, by its clock: those of several machines may differ by more than a minute. */
export const instanceStore = {
  /** Renews the row of a process, drops those of dead ones, and counts the others that answer HTTP. One statement. */
  async renew(db: Kysely<Tables>, one: Instance): Promise<number> {
    const { rows } = await sql<{ others: number }>`
      with renewed as (
        insert into instance (id, role, host, address, version, node_version, started_at, seen_at, figures)
        values (${one.id}, ${one.role}, ${one.host}, ${one.address}, ${one.version}, ${one.nodeVersion},
          now() - make_interval(secs => ${one.upS}), now(), ${JSON.stringify(one.figures)})
        on conflict (id) do update set seen_at = now(), figures = excluded.figures
      ), gone as (
        delete from instance where seen_at < now() - ${forgetAfter} and id <> ${one.id}
      )
      select count(*) as others from instance
      where id <> ${one.id} and role <> 'worker' and seen_at >= now() - ${forgetAfter}`.execute(db)
    return rows[0]?.others ?? 0
  },

  async remove(db: Kysely<Tables>, id: string): Promise<void> {
    await sql`delete from instance where id = ${id}`.execute(db)
  },

  /** Those that live, the oldest first. */
  async list(db: Kysely<Tables>): Promise<InstanceRow[]> {
    const { rows } = await sql<InstanceRow>`
      select id, role, host, address, version, node_version as "nodeVersion", started_at as "startedAt",
        seen_at as "seenAt", figures
      from instance where seen_at >= now() - ${forgetAfter} order by started_at, id`.execute(db)
    return rows
  },
}
