import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sslKeys } from '@iris/common/config/access-keys'
import { loadConfig } from '@iris/common/config/load'
import { jsonAnswer, reading } from '@iris/common/http/api'
import { createExpressApp } from '@iris/common/http/express-app'
import { createListener, type HttpListener } from '@iris/common/http/server'
import { createAuthority, type Authority, type Identity } from '@iris/common/http/testing/certificates'
import { tlsOf as tlsOfSection } from '@iris/common/http/listener-tls'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { createMemoryStore } from '../store/in-memory.js'
import { alternativeNames, certificateIdentity } from './certificates.js'
import { createGuard } from './guard.js'
import { createMode } from './mode.js'

const callMs = 20_000
let folder: string
let [ours, others]: Authority[] = []
let listener: HttpListener
let port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iris-tls-'))
  ours = createAuthority(join(folder, 'ours'))
  others = createAuthority(join(folder, 'others-2'))
  listener = listenerWith('requested')
  port = (await listener.start()).port
})
afterAll(async () => {
  await listener.stop(0)
  rmSync(folder, { recursive: true })
})

const fileOf = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const configOf = (environment: Record<string, string>): ReturnType<typeof loadConfig<typeof sslKeys>> =>
  loadConfig(sslKeys, { argv: [], environment })

const tlsOf = (config: ReturnType<typeof configOf>): ReturnType<typeof tlsOfSection> =>
  tlsOfSection('management.ssl', config)

function listenerWith(mode: string): HttpListener {
  const { cert, key } = ours!.issue('IP:127.0.0.1')
  const tls = tlsOf(
    configOf({
      IRIS_MANAGEMENT_SSL_CERT_FILE: fileOf('server.pem', cert),
      IRIS_MANAGEMENT_SSL_KEY_FILE: fileOf('server.key', key),
      IRIS_MANAGEMENT_SSL_CLIENT_CA_FILE: ours!.caFile,
      IRIS_MANAGEMENT_SSL_CLIENT_AUTH_MODE: mode,
    }),
  )!
  const grants = [
    { named: 'URI:spiffe://acme/billing', grant: { role: 'reader', group: 'shop' } },
    { named: 'DNS:ops.acme.test', grant: { role: 'admin', group: '*' } },
  ] as const
  const guard = createGuard({
    identify: ({ socket }) => Promise.resolve(certificateIdentity(grants, socket, systemClock.now())),
    ...{ store: createMemoryStore(), mode: createMode() },
    promiseOf: ({ path }) => ({ right: path === '/groups/:group' ? 'reader' : 'admin' }),
  })
  const who = reading('GET', '/groups/:group', ({ principal }) => Promise.resolve(jsonAnswer(principal.name)))
  const all = reading('GET', '/all', ({ principal }) => Promise.resolve(jsonAnswer(principal.name)))
  const limits = {
    headersMax: 100,
    headerBytesMax: 16_384,
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 10_000,
  }
  return createListener(
    { log: silentLog, scheduler: systemScheduler },
    {
      ...{ host: '127.0.0.1', port: 0, ...limits, keepAliveTimeoutMs: 10_000, connectionsMax: 100 },
      ...{ backlog: 10, tls },
    },
    {
      handle: createExpressApp(
        silentLog,
        { bodyBytesMax: 100, allowedOrigin: '*', guard, checkHost: () => null },
        [who, all],
      ),
      refuse: (_request, response) => void response.end(),
    },
  )
}

async function call(path: string, identity: Identity | null, at = port): Promise<readonly [number, unknown]> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{
          host: '127.0.0.1',
          port: at,
          path,
          ca: ours!.ca,
          agent: false,
          signal: AbortSignal.timeout(callMs),
        },
        ...(identity ?? {}),
      },
      answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve([answer.statusCode ?? 0, JSON.parse(Buffer.concat(chunks).toString())]),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describe('a client certificate', () => {
  it('stands for the name in it that has a role', async () => {
    const billing = ours!.issue('URI:spiffe://acme/billing,DNS:x.acme.test')
    const ops = ours!.issue('DNS:ops.acme.test')

    expect(await call('/groups/shop', billing)).toEqual([200, 'spiffe://acme/billing'])
    expect((await call('/groups/bank', billing))[0]).toBe(403)
    expect((await call('/all', billing))[0]).toBe(403)
    expect(await call('/all', ops)).toEqual([200, 'ops.acme.test'])
  })

  it('is nobody without a role, of another authority, or not there', async () => {
    for (const identity of [ours!.issue('DNS:x.acme.test'), others!.issue('DNS:ops.acme.test'), null])
      expect((await call('/all', identity))[0]).toBe(401)
  })

  it('must be there, and be of our authority, where it is required', async () => {
    const strict = listenerWith('required')
    const { port: at } = await strict.start()
    try {
      expect(await call('/all', ours!.issue('DNS:ops.acme.test'), at)).toEqual([200, 'ops.acme.test'])
      await expect(call('/all', null, at)).rejects.toThrow()
      await expect(call('/all', others!.issue('DNS:ops.acme.test'), at)).rejects.toThrow()
    } finally {
      await strict.stop(0)
    }
  })

  it.each([
    ['DNS:a.test, URI:spiffe://x/y, email:a@b.test', ['DNS:a.test', 'URI:spiffe://x/y', 'email:a@b.test']],
    ['IP Address:127.0.0.1, DNS:a.test', ['DNS:a.test']],
    ['DNS:"a.test\\u002c DNS:ops.acme.test", DNS:b.test', []],
    ['', []],
  ])('has of %j the names %j', (text, names) => {
    expect(alternativeNames(text)).toEqual(names)
  })
})

describe('the configuration of TLS', () => {
  it('is none where nothing is named', () => {
    expect(tlsOf(configOf({}))).toBeNull()
  })

  it.each<[string, () => Record<string, string>, string]>([
    [
      'a certificate without its key',
      () => ({ IRIS_MANAGEMENT_SSL_CERT_FILE: ours!.caFile }),
      'belong together',
    ],
    ['authorities without TLS', () => client('requested'), 'needs management.ssl.certFile'],
    ['authorities that nobody is asked for', () => client('not_requested'), 'belong together'],
    [
      'a certificate asked for by no authority',
      () => ({ ...client('required'), ...noCa }),
      'belong together',
    ],
    ['files that are not there', () => server('/nowhere/cert', '/nowhere/key'), 'certFile'],
    ['what is no certificate', () => server(fileOf('junk', 'junk'), fileOf('junk', 'junk')), 'do not fit'],
  ])('is refused with %s', (_what, environment, problem) => {
    expect(() => tlsOf(configOf(environment()))).toThrow(problem)
  })

  const noCa = { IRIS_MANAGEMENT_SSL_CLIENT_CA_FILE: '' }
  const client = (mode: string): Record<string, string> => ({
    IRIS_MANAGEMENT_SSL_CLIENT_CA_FILE: ours!.caFile,
    IRIS_MANAGEMENT_SSL_CLIENT_AUTH_MODE: mode,
  })
  const server = (cert: string, key: string): Record<string, string> => ({
    IRIS_MANAGEMENT_SSL_CERT_FILE: cert,
    IRIS_MANAGEMENT_SSL_KEY_FILE: key,
  })
})
