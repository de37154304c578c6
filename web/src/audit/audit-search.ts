import { type AuditFilters, type AuditOutcome, auditOutcomes, largestId } from '@plenum/contract'

export const auditPeriods = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const
export type AuditPeriod = keyof typeof auditPeriods
const hourMs = 3_600_000
const minuteMs = 60_000

/** The view of the log as its address holds it; what is absent is not filtered. */
export interface AuditSearch {
  text?: string
  action?: string
  outcome?: AuditOutcome
  building?: number
  /** Id of a person or gateway. */
  actor?: string
  /** `sensor.17` */
  thing?: string
  request?: string
  /** Up to now; or `from` and `to`, in RFC 3339. */
  period?: AuditPeriod
  from?: string
  to?: string
  /** The entry that is open. */
  entry?: number
}

const textOf = (value: unknown, longest: number): string | undefined => {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, longest) : ''
  return text === '' ? undefined : text
}

const wholeNumber = (value: unknown, most: number): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 && number <= most
    ? number
    : undefined
}

const instantOf = (value: unknown): string | undefined => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

const withoutAbsent = <T extends object>(search: T) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** An address somebody typed or that is older than this version never breaks the page: unknown parts are dropped. */
export const parseAuditSearch = (raw: Record<string, unknown>): AuditSearch => {
  const action = textOf(raw.action, 60)
  const thing = textOf(raw.thing, 160)
  const [from, to] = [instantOf(raw.from), instantOf(raw.to)]
  const isRange = from !== undefined && to !== undefined && from < to
  const period = typeof raw.period === 'string' && raw.period in auditPeriods ? (raw.period as AuditPeriod) : undefined
  return withoutAbsent({
    text: textOf(raw.text, 200),
    action: action !== undefined && /^[a-z_.]+$/.test(action) ? action : undefined,
    outcome: auditOutcomes.find((outcome) => outcome === raw.outcome),
    building: wholeNumber(raw.building, largestId),
    actor: textOf(raw.actor, 100),
    thing: thing !== undefined && /^[a-z_]+\../.test(thing) ? thing : undefined,
    request: textOf(raw.request, 100),
    period: isRange ? undefined : period,
    from: isRange ? from : undefined,
    to: isRange ? to : undefined,
    entry: wholeNumber(raw.entry, Number.MAX_SAFE_INTEGER),
  })
}

/** What the server is asked for. A period begins at a full minute, so that the question stays the same for one. */
export const filtersOf = (search: AuditSearch, nowMs: number): AuditFilters => {
  const { text, action, outcome, building, actor, thing, request, period, from, to } = search
  const dot = thing?.indexOf('.') ?? -1
  const sinceMs = period && Math.floor(nowMs / minuteMs) * minuteMs - auditPeriods[period] * hourMs
  return withoutAbsent({
    text,
    action,
    outcome,
    building_id: building,
    actor_id: actor,
    thing_kind: thing?.slice(0, dot),
    thing_id: thing?.slice(dot + 1),
    request_id: request,
    from: sinceMs === undefined ? from : new Date(sinceMs).toISOString(),
    to,
  })
}

/** Whether something may be hidden by a filter. */
export const isFiltered = (search: AuditSearch): boolean => Object.keys(search).some((name) => name !== 'entry')

export const queryText = (filters: AuditFilters): string =>
  new URLSearchParams(
    Object.entries(filters).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
