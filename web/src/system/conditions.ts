import type { InstanceFigures, SystemInstance, SystemJob, SystemProblem, SystemState } from '@plenum/contract'
import type { enSystem } from '../platform/en-system.ts'

export type Level = 'good' | 'attention' | 'bad' | 'unknown'
export type Area = 'processes' | 'jobs' | 'storage' | 'database' | 'redis'

/** Something that somebody should know, or do something about. */
export interface Condition {
  area: Area
  level: Exclude<Level, 'good'>
  /** The words for it, below `system.conditions`. */
  words: keyof (typeof enSystem)['conditions']
  /** What the words name. */
  names?: { name?: string; count?: number }
}

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** Where attention begins, and where it is bad. */
const limits = {
  /** Renewed every 10 s, forgotten after 60. */
  silentMs: 25 * secondMs,
  eventLoopMs: 200,
  diskFree: { attention: 0.15, bad: 0.05 },
  connections: 0.85,
  replicaLagMs: 30 * secondMs,
  /** A day is sealed two hours after its end; a day later its figures are still counted from rows. */
  sealing: { attention: 6 * hourMs, bad: 48 * hourMs },
  jobLateMs: 10 * minuteMs,
  jobWaitsMs: 10 * minuteMs,
  jobFailures: 3,
  measuredMs: 5 * minuteMs,
}

const awayWords: Record<SystemProblem, Condition['words'] | null> = {
  not_configured: null,
  not_yet: null,
  unreachable: 'unreachable',
  no_answer_in_time: 'late',
  not_permitted: 'notPermitted',
  failed: 'failed',
}

/** A part that could not be looked at. */
const awayOf = (area: Area, problem: SystemProblem | null, level: Condition['level'] = 'unknown'): Condition[] => {
  const words = problem && awayWords[problem]
  return words ? [{ area, level, words }] : []
}

const nameOf = ({ host, role }: SystemInstance) => `${host} (${role})`

const ofInstance = (instance: SystemInstance, nowMs: number): Condition[] => {
  const { figures } = instance
  const name = nameOf(instance)
  const found: Condition[] = []
  const note = (area: Area, level: Condition['level'], words: Condition['words']) =>
    found.push({ area, level, words, names: { name } })
  if (nowMs - Date.parse(instance.seen_at) > limits.silentMs) note('processes', 'attention', 'silent')
  if (figures.event_loop_delay_ms > limits.eventLoopMs) note('processes', 'attention', 'busy')
  if (hasWaiting(figures)) note('processes', 'attention', 'poolWaits')
  if (figures.redis_up === false) note('redis', 'attention', 'redisAway')
  else if (figures.bus === 'cut_off') note('redis', 'attention', 'cutOff')
  const free = figures.disk && figures.disk.free_bytes / Math.max(1, figures.disk.size_bytes)
  if (free !== null && free < limits.diskFree.bad) note('storage', 'bad', 'diskFull')
  else if (free !== null && free < limits.diskFree.attention) note('storage', 'attention', 'diskShort')
  return found
}

const hasWaiting = ({ pools }: InstanceFigures): boolean => Object.values(pools).some(({ waiting }) => waiting > 0)

/** The one state of a job, worst first. */
export type JobState = 'gaveUp' | 'failing' | 'failed' | 'late' | 'stuck' | 'running' | 'ok' | 'never'

/** @param workersSinceMs since when jobs have been run by somebody; null: nobody runs any */
export const jobStateOf = (job: SystemJob, nowMs: number, workersSinceMs: number | null): JobState => {
  const { last, due_at, oldest_waiting_at } = job
  if (job.given_up > 0) return 'gaveUp'
  if (last && last.failures >= limits.jobFailures) return 'failing'
  if (last?.error) return 'failed'
  if (job.running > 0) return 'running'
  if (oldest_waiting_at && nowMs - Date.parse(oldest_waiting_at) > limits.jobWaitsMs) return 'stuck'
  const dueMs = due_at === null ? null : Date.parse(due_at)
  const wasOwed =
    dueMs !== null && workersSinceMs !== null && dueMs > workersSinceMs && nowMs - dueMs > limits.jobLateMs
  // A job of ten seconds past its minute is in time.
  if (wasOwed && (!last || Date.parse(last.started_at) < dueMs - minuteMs)) return 'late'
  return last ? 'ok' : 'never'
}

export const levelOfJob = (state: JobState): Level => {
  if (state === 'gaveUp' || state === 'failing') return 'bad'
  return state === 'failed' || state === 'late' || state === 'stuck' ? 'attention' : 'good'
}

const jobWords = {
  gaveUp: 'jobGaveUp',
  failing: 'jobFailing',
  failed: 'jobFailed',
  late: 'jobLate',
  stuck: 'jobStuck',
} as const
const isTold = (state: JobState): state is keyof typeof jobWords => state in jobWords

/** Since when somebody has been running jobs: the oldest of the workers there are. */
export const workersSince = (instances: readonly SystemInstance[] | null): number | null => {
  const starts = (instances ?? []).filter(({ role }) => role !== 'web').map((one) => Date.parse(one.started_at))
  return starts.length === 0 ? null : Math.min(...starts)
}

const ofStorage = ({ measured }: SystemState, nowMs: number): Condition[] => {
  if (!measured.value) return awayOf('storage', measured.problem)
  const { at, sealing } = measured.value
  if (nowMs - Date.parse(at) > limits.measuredMs)
    return [{ area: 'storage', level: 'unknown', words: 'measuredLongAgo' }]
  const oldestMs = sealing?.oldest_end_at ? nowMs - Date.parse(sealing.oldest_end_at) : 0
  if (oldestMs <= limits.sealing.attention) return []
  const level = oldestMs > limits.sealing.bad ? 'bad' : 'attention'
  return [{ area: 'storage', level, words: 'sealingLate', names: { count: Math.floor(oldestMs / hourMs) } }]
}

const ofDatabase = ({ database, replica }: SystemState): Condition[] => {
  const found = [...awayOf('database', database.problem, 'bad')]
  const replicaAway = awayOf('database', replica.problem, 'attention')
  if (replicaAway.length > 0) found.push({ area: 'database', level: 'attention', words: 'replicaAway' })
  if (replica.value && !replica.value.is_standby)
    found.push({ area: 'database', level: 'attention', words: 'noStandby' })
  if ((replica.value?.lag_ms ?? 0) > limits.replicaLagMs)
    found.push({ area: 'database', level: 'attention', words: 'replicaLate' })
  const { value } = database
  if (value && value.unsafe_settings.length > 0)
    found.push({ area: 'database', level: 'bad', words: 'unsafe', names: { name: value.unsafe_settings.join(', ') } })
  if (value && value.connections > limits.connections * value.max_connections)
    found.push({ area: 'database', level: 'attention', words: 'connections' })
  return found
}

/** Each process tells of its own connection; that of the one that answers may have broken since. */
const ofRedis = ({ redis, instances }: SystemState): Condition[] =>
  instances.value?.some(({ figures }) => figures.redis_up === false) ? [] : awayOf('redis', redis.problem, 'attention')

const order: Record<Condition['level'], number> = { bad: 0, attention: 1, unknown: 2 }

/** What is not as it should be, worst first. Pure. */
export const conditionsOf = (state: SystemState): Condition[] => {
  const nowMs = Date.parse(state.at)
  const instances = state.instances.value
  const sinceMs = workersSince(instances)
  const found: Condition[] = [
    ...awayOf('processes', state.instances.problem),
    ...awayOf('jobs', state.jobs.problem),
    ...(instances ?? []).flatMap((instance) => ofInstance(instance, nowMs)),
    ...ofDatabase(state),
    ...ofStorage(state, nowMs),
    ...ofRedis(state),
  ]
  if (instances && sinceMs === null) found.push({ area: 'jobs', level: 'bad', words: 'noWorker' })
  if (new Set(instances?.map(({ version }) => version)).size > 1)
    found.push({ area: 'processes', level: 'attention', words: 'versions' })
  const several = (instances ?? []).filter(({ role }) => role !== 'worker')
  if (several.length > 1 && several.some(({ figures }) => figures.bus === 'alone'))
    found.push({ area: 'redis', level: 'attention', words: 'deaf' })
  for (const job of state.jobs.value ?? []) {
    const jobState = jobStateOf(job, nowMs, sinceMs)
    const level = levelOfJob(jobState)
    if (isTold(jobState) && level !== 'good')
      found.push({ area: 'jobs', level, words: jobWords[jobState], names: { name: job.task } })
  }
  return found.sort((a, b) => order[a.level] - order[b.level])
}

/** The worst of an area. */
export const levelOf = (conditions: readonly Condition[], area: Area): Level =>
  conditions.find((condition) => condition.area === area)?.level ?? 'good'
