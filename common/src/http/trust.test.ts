import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createVirtualTime } from '../time/virtual-time.js'
import { parseNetworks } from './address-guard.js'
import type { AttemptResult } from './attempt.js'
import { createHttpClient, type HttpTarget } from './client.js'
import { createAuthority } from './testing/certificates.js'
import { createTrust, type Trust, type TrustFiles } from './trust.js'

const folder = mkdtempSync(join(tmpdir(), 'iris-trust-'))
const [first, second] = [createAuthority(join(folder, 'first')), createAuthority(join(folder, 'second'))]
const none = { caFile: '', certFile: '', keyFile: '' }
const cleanUps: (() => void)[] = []
afterEach(() => cleanUps.splice(0).forEach(clean => clean()))
afterAll(() => rmSync(folder, { recursive: true }))

function trustIn(files: Partial<TrustFiles>): {
  trust: Trust
  logged: string[]
  look(): Promise<void>
} {
  const time = createVirtualTime()
  const logged: string[] = []
  const log = createLog({ level: 'info', clock: time, sink: line => void logged.push(line), fields: {} })
  const trust = createTrust({ scheduler: time, log }, { ...none, ...files })
  return { trust, logged, look: () => time.advance(2_000) }
}

/** An endpoint that also asks who calls, and says so. */
async function endpoint(trust: Trust): Promise<{ send(): Promise<AttemptResult>; callers: string[] }> {
  const callers: string[] = []
  const options = {
    ...first.issue('DNS:good.test'),
    ca: second.ca,
    requestCert: true,
    rejectUnauthorized: false,
  }
  const server = createServer(options, (request, response) => {
    callers.push((request.socket as Partial<TLSSocket>).authorized === true ? 'known' : 'unknown')
    request.resume().on('end', () => response.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const client = createHttpClient(
    {
      clock: systemClock,
      scheduler: systemScheduler,
      resolve: (_name, callback) => callback(null, ['127.0.0.1']),
      trust,
    },
    {
      ...{ connectionsMax: 10, connectTimeoutMs: 1000, idleMs: 10_000 },
      allowedNetworks: parseNetworks(['127.0.0.0/8']),
    },
  )
  const { port } = server.address() as AddressInfo
  const target: HttpTarget = client.target(new URL(`https://good.test:${port}/`), 1)
  cleanUps.push(() => (client.stop(), server.closeAllConnections(), server.close()))
  return {
    callers,
    send: () =>
      new Promise(done => {
        const request = { path: '/', method: 'POST', headers: [], body: Buffer.from('x') } as const
        target.send({
          ...request,
          timeoutMs: 2000,
          socketTimeoutMs: 0,
          wantsBody: null,
          refusal: () => null,
          done,
        })
      }),
  }
}

describe('the trust in endpoints', () => {
  it('counts the operator’s authorities, and shows our own certificate', async () => {
    const own = second.issue('DNS:iris')
    const [certFile, keyFile] = [join(folder, 'own.pem'), join(folder, 'own.key')]
    writeFileSync(certFile, own.cert)
    writeFileSync(keyFile, own.key)
    const { trust } = trustIn({ caFile: first.caFile, certFile, keyFile })
    const { send, callers } = await endpoint(trust)

    expect(await send()).toMatchObject({ status: 200 })
    expect(callers).toEqual(['known'])
  })

  it('is Node’s own without files, which does not believe in ours', async () => {
    const { trust } = trustIn({})
    const { send, callers } = await endpoint(trust)

    expect(trust.context()).toBeUndefined()
    expect(await send()).toEqual({
      kind: 'error',
      detail: 'TLS: unable to verify the first certificate',
      isOurFault: false,
    })
    expect(callers).toEqual([])
  })

  it('ends with the authority: connections made under the old file go, new ones are refused', async () => {
    const caFile = join(folder, 'changing.pem')
    copyFileSync(first.caFile, caFile)
    const { trust, look } = trustIn({ caFile })
    const { send, callers } = await endpoint(trust)
    expect(await send()).toMatchObject({ status: 200 })

    copyFileSync(second.caFile, caFile)
    expect(await send()).toMatchObject({ status: 200 })
    await look()
    expect(await send()).toMatchObject({ kind: 'error', detail: expect.stringMatching(/^TLS: /) as string })
    expect(callers).toHaveLength(2)

    copyFileSync(first.caFile, caFile)
    await look()
    expect(await send()).toMatchObject({ status: 200 })
  })

  it('stays as it was, with a warning, while a file cannot be used', async () => {
    const caFile = join(folder, 'broken.pem')
    copyFileSync(first.caFile, caFile)
    const { trust, look, logged } = trustIn({ caFile })
    const before = trust.context()
    writeFileSync(caFile, 'half a certif')
    await look()
    rmSync(caFile)
    await look()

    expect(trust.context()).toBe(before)
    expect(logged.filter(line => line.includes('trust.unreadable'))).toHaveLength(2)
  })

  it.each<[Partial<TrustFiles>, RegExp]>([
    [{ caFile: '/nowhere.pem' }, /^\/nowhere\.pem cannot be read$/],
    [{ caFile: first.caFile, certFile: first.caFile }, /belong together/],
    [{ caFile: join(folder, 'first', 'ca.key') }, /holds no PEM certificate$/],
    [{ certFile: first.caFile, keyFile: join(folder, 'second', 'ca.key') }, /not usable for TLS/],
  ])('refuses to start with %j', (files, sentence) => {
    expect(() => trustIn(files)).toThrow(sentence)
  })
})
