import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { emailPattern } from '@plenum/contract'
import type { LogLevel, Storage } from '#platform'
import { type OpenidSettings, readOpenid } from './openid-config.ts'

export const roles = ['all', 'web', 'worker'] as const
export type Role = (typeof roles)[number]

export type Config = Readonly<{
  host: string
  port: number
  dataDir: string
  /** null: the embedded database. */
  databaseUrl: string | null
  replicaUrl: string | null
  redisUrl: string | null
  role: Role
  /** null: on with a fresh embedded database, else off. */
  demo: boolean | null
  admin: Readonly<{ email: string | null; password: string | null }>
  storage: Storage
  publicUrl: string | null
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[]
  sessionLife: Readonly<{ idleS: number; maxS: number }>
  /** null: no single sign-on. */
  openid: OpenidSettings | null
  metricsToken: string | null
  logLevel: LogLevel
}>

/** A setting that cannot be used; the message is one line that names the variable. */
export class ConfigError extends Error {}

/** `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  if (bits === 0 || more.length > 0 || address.includes('%')) return false
  // A prefix of 0 would believe everybody.
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits)
}

const hourS = 3_600
const yearH = 8_760

type Env = Record<string, string | undefined>

/** What the sign-in takes for one: an account with any other could never be used. */
const isEmail = (text: string): boolean => text.length <= 254 && new RegExp(emailPattern).test(text)

/**
 * Reads the environment once. Empty values count as absent, as in shells and compose files.
 * @throws ConfigError
 */
export function readConfig(env: Env): Config {
  const text = (name: string): string | null => env[name]?.trim() || null
  const fail = (name: string, must: string): never => {
    // A wrong address may hold a password, so the value itself is shown only where it can't; quoted, so that the
    // message stays one line.
    const value = /URL|PASSWORD|TOKEN|SECRET/.test(name) ? '' : ` (it is ${JSON.stringify(text(name)?.slice(0, 100))})`
    throw new ConfigError(`${name} ${must}${value}`)
  }
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | null => {
    const value = text(name)
    if (value === null || (allowed as readonly string[]).includes(value)) return value as T | null
    return fail(name, `must be ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`)
  }
  const url = (name: string, protocols: string[]): string | null => {
    const value = text(name)
    if (value === null) return null
    const parsed = URL.parse(value)
    if (parsed?.host && protocols.includes(parsed.protocol)) return value
    return fail(name, `must be an address that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`)
  }
  const trustedProxies = (text('PLENUM_TRUSTED_PROXIES') ?? '').split(/[\s,]+/).filter(Boolean)
  if (!trustedProxies.every(isNetwork))
    fail('PLENUM_TRUSTED_PROXIES', 'must be addresses or networks such as 10.0.0.7 or 10.1.0.0/16, separated by commas')
  const hours = (name: string, byDefault: number): number => {
    const value = text(name) ?? String(byDefault)
    if (!/^[1-9]\d{0,3}$/.test(value) || Number(value) > yearH) fail(name, `must be hours, 1 to ${yearH}`)
    return Number(value)
  }
  const idleH = hours('PLENUM_SESSION_IDLE_HOURS', 7 * 24)
  const maxH = hours('PLENUM_SESSION_MAX_HOURS', Math.max(30 * 24, idleH))
  if (maxH < idleH) fail('PLENUM_SESSION_MAX_HOURS', `must not be shorter than the ${idleH} hours a session may idle`)
  const portText = text('PLENUM_PORT') ?? '3000'
  const port = Number(portText)
  if (!/^\d{1,5}$/.test(portText) || port > 65_535) fail('PLENUM_PORT', 'must be a port number, 0 to 65535')
  const host = text('PLENUM_HOST') ?? '127.0.0.1'
  if (isIP(host) === 0 && !/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(host))
    fail('PLENUM_HOST', 'must be an address or a host name')
  const email = text('PLENUM_ADMIN_EMAIL')
  if (email !== null && !isEmail(email))
    fail('PLENUM_ADMIN_EMAIL', 'must be an e-mail address such as admin@example.com')
  // As it is: spaces around it belong to it, and whoever signs in types them.
  const password = env['PLENUM_ADMIN_PASSWORD'] || null
  if (password !== null && (password.length < 10 || password.length > 128))
    fail('PLENUM_ADMIN_PASSWORD', 'must have 10 to 128 characters')
  const storage = oneOf('PLENUM_STORAGE', ['native', 'timescale', 'citus']) ?? 'native'
  if (storage === 'citus') return fail('PLENUM_STORAGE', 'must be native or timescale: this version has no citus yet')
  const databaseUrl = url('DATABASE_URL', ['postgres:', 'postgresql:'])
  if (storage === 'timescale' && databaseUrl === null)
    fail('PLENUM_STORAGE', 'must be native without DATABASE_URL: the embedded database has no TimescaleDB')
  const demo = oneOf('PLENUM_DEMO', ['on', 'off'])
  return Object.freeze({
    host,
    port,
    dataDir: resolve(text('PLENUM_DATA_DIR') ?? 'data'),
    databaseUrl,
    replicaUrl: url('DATABASE_REPLICA_URL', ['postgres:', 'postgresql:']),
    redisUrl: url('REDIS_URL', ['redis:', 'rediss:']),
    role: oneOf('PLENUM_ROLE', roles) ?? 'all',
    demo: demo === null ? null : demo === 'on',
    admin: Object.freeze({ email, password }),
    storage,
    publicUrl: url('PLENUM_PUBLIC_URL', ['http:', 'https:']),
    openid: readOpenid(text, fail),
    sessionLife: Object.freeze({ idleS: idleH * hourS, maxS: maxH * hourS }),
    trustedProxies: Object.freeze(trustedProxies),
    metricsToken: text('PLENUM_METRICS_TOKEN'),
    logLevel: oneOf('PLENUM_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent']) ?? 'info',
  })
}
