import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import test from 'node:test'
import { ConfigError, readConfig } from './config.ts'

const messageOf = (env: Record<string, string>): string => {
  try {
    readConfig(env)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message
  }
  return ''
}

test('with nothing set, and with everything empty, the defaults are those of api.md', () => {
  const expected = {
    host: '127.0.0.1',
    port: 3000,
    dataDir: resolve('data'),
    databaseUrl: null,
    replicaUrl: null,
    redisUrl: null,
    role: 'all',
    demo: null,
    admin: { email: null, password: null },
    storage: 'native',
    publicUrl: null,
    openid: null,
    sessionLife: { idleS: 604_800, maxS: 2_592_000 },
    trustedProxies: [],
    metricsToken: null,
    logLevel: 'info',
  }
  assert.deepEqual(readConfig({}), expected)
  assert.deepEqual(
    readConfig({ PLENUM_PORT: '', DATABASE_URL: ' ', PLENUM_ADMIN_PASSWORD: '', PLENUM_DEMO: '' }),
    expected,
  )
})

test('every variable is read', () => {
  const config = readConfig({
    PLENUM_HOST: '::',
    PLENUM_PORT: '0',
    PLENUM_DATA_DIR: '/srv/plenum',
    PLENUM_ROLE: 'worker',
    PLENUM_DEMO: 'off',
    DATABASE_URL: 'postgres://u:p@db/plenum',
    DATABASE_REPLICA_URL: 'postgresql://r/p',
    REDIS_URL: 'rediss://r',
    PLENUM_ADMIN_EMAIL: 'a.b+c@example.co.jp',
    PLENUM_ADMIN_PASSWORD: ' spaces belong ',
    PLENUM_STORAGE: 'native',
    PLENUM_PUBLIC_URL: 'https://plenum.example',
    PLENUM_SESSION_IDLE_HOURS: '8',
    PLENUM_SESSION_MAX_HOURS: '12',
    PLENUM_TRUSTED_PROXIES: '10.0.0.7, 10.1.0.0/16,fd00::/8  ::1',
    PLENUM_METRICS_TOKEN: 't',
    OIDC_ISSUER: 'https://login.example/realms/a',
    OIDC_CLIENT_ID: 'plenum',
    OIDC_CLIENT_SECRET: 'shh',
    OIDC_NAME: 'Example Login',
    OIDC_SCOPES: 'openid  email groups',
    PLENUM_LOG_LEVEL: 'debug',
  })
  assert.deepEqual(config, {
    host: '::',
    port: 0,
    dataDir: '/srv/plenum',
    role: 'worker',
    demo: false,
    databaseUrl: 'postgres://u:p@db/plenum',
    replicaUrl: 'postgresql://r/p',
    redisUrl: 'rediss://r',
    admin: { email: 'a.b+c@example.co.jp', password: ' spaces belong ' },
    storage: 'native',
    publicUrl: 'https://plenum.example',
    openid: {
      issuer: 'https://login.example/realms/a',
      clientId: 'plenum',
      clientSecret: 'shh',
      name: 'Example Login',
      scopes: 'openid email groups',
    },
    sessionLife: { idleS: 28_800, maxS: 43_200 },
    trustedProxies: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8', '::1'],
    metricsToken: 't',
    logLevel: 'debug',
  })
})

test('readings may be kept by a TimescaleDB of yours, not by the embedded database', () => {
  const env = { PLENUM_STORAGE: 'timescale', DATABASE_URL: 'postgres://u:p@db/plenum' }
  assert.equal(readConfig(env).storage, 'timescale')
  assert.match(messageOf({ PLENUM_STORAGE: 'timescale' }), /^PLENUM_STORAGE must be native without DATABASE_URL/)
  assert.match(messageOf({ ...env, PLENUM_STORAGE: 'citus' }), /^PLENUM_STORAGE must be native or timescale/)
})

test('a session lives at least as long as it may idle', () => {
  assert.deepEqual(readConfig({ PLENUM_SESSION_IDLE_HOURS: '1000' }).sessionLife, { idleS: 3_600_000, maxS: 3_600_000 })
  const env = { PLENUM_SESSION_IDLE_HOURS: '9', PLENUM_SESSION_MAX_HOURS: '8' }
  assert.match(messageOf(env), /^PLENUM_SESSION_MAX_HOURS must not be shorter than the 9 hours/)
})

test('single sign-on is asked for with everything it needs, or not at all', () => {
  const env = {
    OIDC_ISSUER: 'https://login.example',
    OIDC_CLIENT_ID: 'plenum',
    OIDC_CLIENT_SECRET: 'shh',
    PLENUM_PUBLIC_URL: 'https://plenum.example',
  }
  const { issuer, name, scopes } = readConfig(env).openid ?? {}
  assert.deepEqual([issuer, name, scopes], ['https://login.example', 'login.example', 'openid email profile'])
  for (const missing of Object.keys(env)) {
    const message = messageOf({ ...env, [missing]: '' })
    assert.ok(message.startsWith(`${missing} must be set where OIDC_`), message)
  }
  assert.match(messageOf({ OIDC_NAME: 'x' }), /^OIDC_ISSUER must be set where OIDC_NAME is/)
  for (const safe of ['http://localhost:9000', 'http://127.0.0.1:9000/x', 'http://[::1]:9000'])
    assert.equal(readConfig({ ...env, OIDC_ISSUER: safe }).openid?.issuer, safe)
})

const secret = 'hunter2'
const wrong: Record<string, string[]> = {
  PLENUM_HOST: ['a b', 'http://x', '-', 'x/y', 'line\nbreak'],
  PLENUM_PORT: ['-1', '65536', 'http', '3e3', '0x50', '80.5', '1 2', '１２'],
  PLENUM_ROLE: ['both', 'ALL', 'web\nworker'],
  PLENUM_DEMO: ['yes', 'true', '1'],
  PLENUM_STORAGE: ['sqlite', 'timescale', 'citus'],
  PLENUM_LOG_LEVEL: ['verbose'],
  PLENUM_ADMIN_EMAIL: [
    'admin',
    'a b@example.com',
    'admin@localhost',
    '@example.com',
    'a@b@example.com',
    'a..b@example.com',
  ],
  PLENUM_ADMIN_PASSWORD: [secret, secret.repeat(20)],
  DATABASE_URL: [`mysql://u:${secret}@db/p`, `${secret}@db`, secret],
  DATABASE_REPLICA_URL: [`http://u:${secret}@db/p`],
  REDIS_URL: [`http://:${secret}@r`, `postgres://:${secret}@r`],
  PLENUM_SESSION_IDLE_HOURS: ['0', '-1', '1.5', '1e3', '8761', 'a week'],
  PLENUM_SESSION_MAX_HOURS: ['0', '24h', '99999'],
  PLENUM_TRUSTED_PROXIES: [
    'proxy',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/0',
    'fd00::/129',
    '10.0.0.1/8/8',
    '10.0.0.1; 10.0.0.2',
    'fe80::1%eth0',
    'true',
    '*',
    'loopback',
    '10.0.0.1\nx',
  ],
  OIDC_ISSUER: [
    'login.example',
    'http://login.example',
    'ftp://x',
    'https://u@login.example',
    'https://x/?a',
    'https://x/#a',
  ],
  PLENUM_PUBLIC_URL: [`ftp://${secret}`, `plenum.example?${secret}`, 'http://'],
}
for (const [name, values] of Object.entries(wrong)) {
  test(`a wrong ${name} gives one line that names it, and no secret`, () => {
    for (const value of values) {
      const message = messageOf({ [name]: value })
      assert.ok(message.startsWith(`${name} must`), `${JSON.stringify(value)}: ${message}`)
      assert.ok(!message.includes('\n') && message.length < 300, message)
      assert.ok(!message.includes(secret), message)
    }
  })
}
