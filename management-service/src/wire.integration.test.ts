/**
 * The whole of management in this process, with TLS and client certificates as a configuration asks for them.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadConfig, variableOf } from '@iris/common/config/load'
import { createAuthority, type Authority, type Identity } from '@iris/common/http/testing/certificates'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { managementKeys } from './config.js'
import { createManagement, type Management } from './wire.js'

const callMs = 20_000
let folder: string
let authority: Authority
let management: Management
let port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iris-management-tls-'))
  authority = createAuthority(join(folder, 'authority'))
  const own = authority.issue('IP:127.0.0.1')
  writeFileSync(join(folder, 'own.pem'), own.cert)
  writeFileSync(join(folder, 'own.key'), own.key)
  const settings = {
    ...{ 'management.server.port': '0', 'zookeeper.root': `/tls-${randomBytes(5).toString('hex')}` },
    'management.auth.mode': 'guarded',
    'management.ssl.certFile': join(folder, 'own.pem'),
    'management.ssl.keyFile': join(folder, 'own.key'),
    'management.ssl.clientCaFile': authority.caFile,
    'management.ssl.clientAuthMode': 'requested',
    'management.ssl.grants': 'URI:spiffe://acme/ops=admin',
  }
  const environment = {
    ...{ KAFKA_BROKERS: inject('kafka'), ZOOKEEPER: inject('zookeeper') },
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [variableOf(key), value])),
  }
  const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
  management = createManagement(base, loadConfig(managementKeys, { argv: [], environment }))
  ;({ port } = await management.start())
})
afterAll(async () => {
  await management.stop()
  rmSync(folder, { recursive: true })
})

interface Sent {
  readonly identity?: Identity
  readonly headers?: Readonly<Record<string, string>>
}

interface Answer {
  readonly status: number | undefined
  /** Null where there is no body. */
  readonly json: unknown
}

function send(method: string, path: string, body: string, { identity, headers = {} }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = secureRequest(
      {
        ...{ host: '127.0.0.1', port, path, method, ca: authority.ca, agent: false },
        ...{ headers: { 'Content-Type': 'application/json', ...headers }, ...identity },
        signal: AbortSignal.timeout(callMs),
      },
      answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: answer.statusCode, json: text === '' ? null : JSON.parse(text) })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Makes a group; gives the status and the code of a refusal. */
async function makeGroup(groupName: string, sent: Sent = {}): Promise<readonly unknown[]> {
  const { status, json } = await send('POST', '/groups', JSON.stringify({ groupName }), sent)
  return [status, json === null ? null : (json as { readonly code: string }).code]
}

describe('management with a certificate', () => {
  it('lets in whom a client certificate names, and nobody else', async () => {
    const ops = authority.issue('URI:spiffe://acme/ops')
    const guest = authority.issue('URI:spiffe://acme/guest')

    expect(await makeGroup('ops', { identity: ops })).toEqual([201, null])
    expect(await makeGroup('guest', { identity: guest })).toEqual([401, 'UNAUTHENTICATED'])
    expect(await makeGroup('nobody')).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('lets no page of another site use the certificate of a browser', async () => {
    const identity = authority.issue('URI:spiffe://acme/ops')
    const origin = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

    expect(await makeGroup('evil', { identity, headers: origin })).toEqual([403, 'CROSS_SITE_REQUEST'])
    const own = { Origin: `https://127.0.0.1:${port}`, 'Sec-Fetch-Site': 'same-origin' }
    expect(await makeGroup('own', { identity, headers: own })).toEqual([201, null])
  })

  it('is asked by the certificate that it tells, although nobody knows the authority behind it', async () => {
    const identity = authority.issue('URI:spiffe://acme/ops')

    const { status, json } = await send('GET', '/checkup', '', { identity })

    expect(status).toBe(200)
    expect(json).toMatchObject({
      processes: [{ kind: 'management', port, problem: null, self: { isReady: true } }],
    })
  })

  it('speaks nothing but TLS', async () => {
    const answered = new Promise<string>((resolve, reject) => {
      const signal = AbortSignal.timeout(callMs)
      const outgoing = plainRequest({ host: '127.0.0.1', port, path: '/status/health', signal }, answer => {
        answer.resume()
        resolve(`${answer.statusCode}`)
      })
      outgoing.on('error', reject)
      outgoing.end()
    })

    await expect(answered).rejects.toThrow(/hang up|ECONNRESET|EPROTO|Parse Error/)
  })
})
