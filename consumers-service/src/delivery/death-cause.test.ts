import { createServer as createHttp2Server, type Http2Server } from 'node:http2'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { causeOfAttempt, causeOfLetter } from '@iris/common/domain/failure-cause'
import { compileRetryRules } from '@iris/common/domain/retry-rules'
import { parseNetworks } from '@iris/common/http/address-guard'
import { createHttpClient, type AttemptResult } from '@iris/common/http/client'
import { resultOf } from '@iris/common/http/attempt'
import { readDeadLetterHeaders, writeDeadLetterHeaders } from '@iris/common/kafka/dead-letter-headers'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { judge, type JudgePolicy } from './judge.js'

const cleanUps: (() => void)[] = []
afterEach(() => cleanUps.splice(0).forEach(clean => clean()))

async function portOf(server: Server | Http2Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** What comes of one request to `url`; the name `private.test` means an address that may not be called. */
function attempt(url: string, version: 'HTTP/1.1' | 'HTTP/2' = 'HTTP/1.1'): Promise<AttemptResult> {
  const client = createHttpClient(
    {
      clock: systemClock,
      scheduler: systemScheduler,
      resolve: (name, callback) => {
        const unknown = Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' })
        if (name === 'private.test') callback(null, ['10.0.0.1'])
        else callback(unknown, [])
      },
    },
    {
      connectionsMax: 5,
      connectTimeoutMs: 5_000,
      idleMs: 5_000,
      allowedNetworks: parseNetworks(['127.0.0.0/8']),
    },
  )
  cleanUps.push(() => client.stop())
  const target = client.target(new URL(url), 1, version)
  return new Promise(done =>
    target.send({
      ...{
        path: '/',
        method: 'POST',
        headers: [],
        body: Buffer.from('x'),
        timeoutMs: 5_000,
        socketTimeoutMs: 0,
      },
      ...{ wantsBody: null, refusal: () => null, done },
    }),
  )
}

const plain: JudgePolicy = { retryClientErrors: true, retriesUnauthorized: false, rules: [] }
const ruled: JudgePolicy = {
  ...plain,
  rules: compileRetryRules([{ on: 'network', then: 'deadLetter', delayMs: null }]),
}

/** The cause of the letter that dies of it, as it is read back; `isOld`: by who wrote no cause down. */
function causeAfter(result: AttemptResult, policy: JudgePolicy, isOld: boolean): string {
  const verdict = judge(result, policy, 0)
  if (verdict.kind === 'delivered') throw new Error('it did not fail')
  const { reason, cause, status: lastStatus } = verdict
  const place = { topic: 'g.t', subscription: 's', partition: 0, offset: 0, publishedMs: 0 }
  const facts = {
    ...place,
    reason,
    cause: isOld ? '' : cause,
    class: 'expired',
    attempts: 1,
    lastStatus,
  } as const
  const lines = new Map(writeDeadLetterHeaders(facts))
  return causeOfLetter(readDeadLetterHeaders(name => lines.get(name) ?? null))
}

/** Failures as Node and the client give them. */
const failures: Readonly<Record<string, readonly [() => Promise<AttemptResult>, string]>> = {
  'nobody listens': [
    async () => {
      const gone = createServer()
      const port = await portOf(gone)
      await new Promise(resolve => gone.close(resolve))
      return attempt(`http://127.0.0.1:${port}`)
    },
    'connectionRefused',
  ],
  'it hangs up': [
    async () => attempt(`http://127.0.0.1:${await portOf(createServer(socket => socket.destroy()))}`),
    'connectionLost',
  ],
  'it hangs up in the handshake of TLS': [
    async () =>
      attempt(
        `https://127.0.0.1:${await portOf(createServer(socket => socket.once('data', () => socket.end())))}`,
      ),
    'connectionLost',
  ],
  'it speaks no TLS': [
    async () =>
      attempt(
        `https://127.0.0.1:${await portOf(createServer(socket => socket.end('HTTP/1.1 400 No\r\n\r\n')))}`,
      ),
    'tls',
  ],
  'its stream breaks': [
    async () => {
      const server = createHttp2Server().on('stream', stream => stream.on('error', () => undefined).close(2))
      return attempt(`http://127.0.0.1:${await portOf(server)}`, 'HTTP/2')
    },
    'connectionLost',
  ],
  'its session breaks': [
    async () => {
      const server = createHttp2Server().on('stream', stream => stream.session?.destroy(undefined, 2))
      return attempt(`http://127.0.0.1:${await portOf(server)}`, 'HTTP/2')
    },
    'connectionLost',
  ],
  'its name means a private address': [() => attempt('http://private.test'), 'forbidden'],
  'its address is private': [() => attempt('http://10.0.0.1'), 'forbidden'],
  'its name is unknown': [() => attempt('http://nobody.test'), 'nameNotFound'],
  'the servers of its name are silent': [
    () => Promise.resolve(resultOf(new Error('the DNS servers of a.test do not answer'))),
    'nameNotFound',
  ],
  'there are no sockets left': [
    () => Promise.resolve(resultOf(Object.assign(new Error('open EMFILE'), { code: 'EMFILE' }))),
    'ownFault',
  ],
  'nobody resolves names': [
    () =>
      Promise.resolve(
        resultOf(Object.assign(new Error('no DNS server answers (asked for a)'), { code: 'RESOLVER_DOWN' })),
      ),
    'ownFault',
  ],
}

describe('a dead letter has the cause of its last attempt', () => {
  it.each(Object.entries(failures))('where %s', async (_what, [fail, cause]) => {
    const result = await fail()

    expect([result, causeOfAttempt(result)]).toEqual([result, cause])
    for (const policy of [plain, ruled])
      for (const isOld of [false, true]) expect(causeAfter(result, policy, isOld)).toBe(cause)
  })

  it('whatever its reason sounds like', () => {
    const odd = resultOf(new Error('something new'))

    expect(causeAfter({ ...odd, kind: 'forbidden' } as AttemptResult, ruled, false)).toBe('forbidden')
    expect(causeAfter(odd, ruled, false)).toBe('other')
  })
})
