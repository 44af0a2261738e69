import { compileTargets, type Targets } from '@iris/common/domain/targets'
import type { HttpClient, HttpTarget, OutgoingRequest } from '@iris/common/http/client'
import { describe, expect, it } from 'vitest'
import type { SerialPlan } from '../plan.js'
import { basePlan, messages, world, type World } from '../testing/pipeline-world.js'
import { createSender } from './http-sender.js'
import type { Names } from './hosts.js'
import type { Sender } from './sender.js'
import { placesMax } from './target-pool.js'

interface Sent {
  readonly to: string
  readonly request: OutgoingRequest
  isCancelled: boolean
}

/** A client that sends nothing: the test answers. */
function fakeClient(): { client: HttpClient; sent: Sent[]; targets: { to: string; state: string }[] } {
  const sent: Sent[] = []
  const targets: { to: string; state: string }[] = []
  const client: Partial<HttpClient> = {
    target(origin, _requestsMax, version, place = null) {
      const to = `${origin.origin}${place === null ? '' : ` at ${place.host}:${place.port}`} ${version}`
      const target = { to, state: 'open' }
      targets.push(target)
      const fake: Partial<HttpTarget> = {
        send(request) {
          const each: Sent = { to: origin.origin + request.path, request, isCancelled: false }
          sent.push(each)
          return { cancel: () => (each.isCancelled = true) }
        },
        retire: () => void (target.state = 'retired'),
        close: () => void (target.state = 'closed'),
      }
      return fake as HttpTarget
    },
  }
  return { client: client as HttpClient, sent, targets }
}

type AddressesFound = (error: Error | null, addresses: readonly string[]) => void

async function setUp(
  endpoint: string,
  metadata: object,
  changes: { plan?: Partial<SerialPlan>; policy?: Partial<SerialPlan['policy']> } = {},
): Promise<
  ReturnType<typeof fakeClient> & {
    own: World
    sender: Sender
    plan: SerialPlan
    lookups: AddressesFound[]
    /** Requests that went past the address guard. */
    toFrontends: Sent[]
  }
> {
  const targets = compileTargets(endpoint, metadata as never) as Targets
  const plan = { ...basePlan, targets, endpointText: endpoint, ...changes.plan }
  const own = world({ plan, ...(changes.policy === undefined ? {} : { policy: changes.policy }) })
  const fake = fakeClient()
  const frontends = fakeClient()
  const lookups: AddressesFound[] = []
  const names: Names = {
    addresses: (_name, found) => void lookups.push(found),
    services: (_name, found) => found(null, []),
  }
  const authorization = { version: 0, header: () => null }
  const sender = createSender(
    {
      clock: own.time,
      scheduler: own.time,
      client: fake.client,
      names,
      authorization,
      frontendClient: frontends.client,
      frontendAuthorization: '',
      seals: { of: () => 'seal' },
      dropped: () => undefined,
    },
    plan,
  )
  return { ...fake, toFrontends: frontends.sent, own, sender, plan, lookups }
}

const answer = (status: number): Parameters<OutgoingRequest['done']>[0] => ({
  ...{ kind: 'answer', status, retryAfter: null, verdict: null, body: null },
})
const three = { instances: ['http://a/x', 'http://b/x', 'http://c/x'] }

describe('a sender whose endpoint becomes a topic', () => {
  it('calls the frontends from the next message on, and they alone are called past the guard', async () => {
    const { own, sender, sent, toFrontends, plan } = await setUp('http://none/', three)
    const targets = compileTargets('http://f/', { instances: ['http://f/topics/g.q'] }) as Targets
    await own.open(0, messages('1', '2', '3'))
    const [first, second, third] = own.sent
    sender.send(first!)
    sender.update({ ...plan, targets, forwardsTo: 'g.q' as never })
    sender.send(second!)
    sender.update(plan)
    sender.send(third!)

    expect(toFrontends.map(each => each.to)).toEqual(['http://f/topics/g.q'])
    expect(toFrontends[0]?.request.headers).toContain('forwarded-id-2')
    expect(sent.map(each => each.to)).toEqual(['http://a/x', 'http://a/x'])
  })
})

describe('the sender to several targets', () => {
  it('gives the turn to the next, and passes over one that failed', async () => {
    const { own, sender, sent } = await setUp('http://none/', three)
    await own.open(0, messages('1', '2', '3', '4', '5'))
    for (const letter of own.sent.slice(0, 3)) sender.send(letter)
    sent[1]?.request.done(answer(503))
    sent[0]?.request.done(answer(404))
    for (const letter of own.sent.slice(3)) sender.send(letter)

    expect(sent.map(each => each.to)).toEqual([
      'http://a/x',
      'http://b/x',
      'http://c/x',
      'http://a/x',
      'http://c/x',
    ])
    expect(own.dead.map(each => each.messageId)).toEqual(['id-1'])
  })

  it('in a broadcast holds one place for a message, and counts each of its requests', async () => {
    const { own, sender, sent } = await setUp('http://none/', three, {
      plan: { mode: 'BROADCAST' },
      policy: { rate: 10, inflightMax: 1 },
    })
    await own.open(0, messages('1', '2'))
    expect(own.bodies()).toEqual(['1'])
    sender.send(own.sent[0]!)

    expect(sent.map(each => each.to)).toEqual(['http://a/x', 'http://b/x', 'http://c/x'])
    expect(own.requests.open).toBe(3)
    expect(own.sent[0]?.remoteHosts).toBe('a,b,c')
    for (const each of sent) each.request.done(answer(200))
    own.sent.shift()
    await own.time.advance(299)
    expect(own.requests.open).toBe(0)
    expect(own.bodies()).toEqual([])
    await own.time.advance(1)
    expect(own.bodies()).toEqual(['2'])
    expect(own.figures.delivered.value).toBe(1)
  })

  it('in a broadcast ends all requests of a partition that is given away', async () => {
    const { own, sender, sent } = await setUp('http://none/', three, { plan: { mode: 'BROADCAST' } })
    const work = await own.open(0, messages('1'))
    sender.send(own.sent[0]!)
    sent[0]?.request.done(answer(200))
    void own.pipeline.drain(work, 0)
    await own.time.advance(0)

    expect(sent.map(each => each.isCancelled)).toEqual([true, true, true])
    expect(own.requests.open).toBe(0)
    sent[1]?.request.done(answer(200))
    expect(own.figures.delivered.value).toBe(0)
  })

  it('fails without a request for a message that fills no target, and never within the call', async () => {
    const { own, sender, sent } = await setUp('http://a/{id}', {})
    await own.open(0, messages('1'))
    const [letter] = own.sent
    sender.send(letter!)
    expect(letter?.attempts).toBe(0)
    await own.time.advance(0)

    expect(sent).toEqual([])
    expect(letter?.attempts).toBe(1)
    expect(letter?.lastReason).toBe('Failed to resolve EndpointAddress{endpoint=http://a/{id}}')
  })

  it('looks for the hosts of a name no longer than an attempt may take', async () => {
    const { own, sender, sent, lookups, targets } = await setUp('http://a:81/', { dns: 'many.test' })
    await own.open(0, messages('1', '2', '3'))
    const [late, cancelled, found] = own.sent
    sender.send(late!)
    await own.time.advance(1_000)
    expect(late?.lastReason).toBe('Total timeout 1000 ms elapsed')

    sender.send(cancelled!)
    cancelled?.sending?.cancel()
    sender.send(found!)
    lookups.shift()?.(null, ['10.0.0.1'])
    expect(sent.map(each => each.request.body.toString())).toEqual(['"3"'])
    expect(targets.map(each => each.to)).toEqual(['http://a:81 at 10.0.0.1:81 HTTP/1.1'])
    await own.time.advance(5_000)
    expect(cancelled?.attempts).toBe(0)
  })

  it('takes a lack of name servers for a fault of ours', async () => {
    const { own, sender, lookups } = await setUp('http://a/', { dns: 'many.test' })
    await own.open(0, messages('1'))
    const [letter] = own.sent
    sender.send(letter!)
    lookups.shift()?.(Object.assign(new Error('down'), { code: 'RESOLVER_DOWN' }), [])
    await own.time.advance(0)

    expect(letter?.attempts).toBe(0)
    expect(own.pipeline.status().waiting).toBe(1)
  })

  it('keeps connections over a change of other things, and ends them with the protocol', async () => {
    const { own, sender, plan, targets } = await setUp('http://none/', three)
    await own.open(0, messages('1', '2', '3', '4'))
    sender.send(own.sent[0]!)
    sender.update({ ...plan, fixedHeaders: [{ name: 'X', value: '1' }] })
    sender.send(own.sent[1]!)
    expect(targets.map(each => each.to)).toEqual(['http://a HTTP/1.1', 'http://b HTTP/1.1'])

    sender.update({ ...plan, httpVersion: 'HTTP/2' })
    sender.send(own.sent[2]!)
    sender.update({ ...plan, targets: { kind: 'fixed' } })
    sender.send(own.sent[3]!)
    expect(targets).toEqual([
      { to: 'http://a HTTP/1.1', state: 'retired' },
      { to: 'http://b HTTP/1.1', state: 'retired' },
      { to: 'http://c HTTP/2', state: 'retired' },
      { to: 'http://receiver HTTP/1.1', state: 'open' },
    ])
  })

  it('keeps the connections of no more than a hundred hosts', async () => {
    const { own, sender, targets } = await setUp('http://{+host}/', {}, { policy: { inflightMax: 200 } })
    await own.open(0, messages('x'))
    const [letter] = own.sent
    const send = (host: string): void => {
      letter!.content = { ...letter!.content, body: Buffer.from(JSON.stringify({ host })) }
      sender.send(letter!)
    }
    for (let index = 0; index < placesMax; index++) send(`h${index}`)
    send('h0')
    send('one-more')

    expect(targets).toHaveLength(placesMax + 1)
    expect(targets.filter(each => each.state !== 'open').map(each => each.to)).toEqual(['http://h1 HTTP/1.1'])
    sender.stop()
    expect(targets.filter(each => each.state === 'closed')).toHaveLength(placesMax)
  })
})
