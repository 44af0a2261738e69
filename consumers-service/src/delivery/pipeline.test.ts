import { describe, expect, it } from 'vitest'
import type { AttemptResult } from '@iris/common/http/client'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { silentLog } from '@iris/common/lifecycle/log'
import { createMetrics } from '@iris/common/metrics/registry'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { DeadMessage } from './dead-letter.js'
import { createDeliveryFigures, type DeliveryFigures } from './figures.js'
import type { Letter } from './letter.js'
import type { PartitionWork } from './partition-work.js'
import { createPipeline, type Pipeline } from './pipeline.js'
import type { DeliveryPlan } from './plan.js'
import { createWindow } from './settle.js'

type Message = { body: string; key?: string; problem?: string; at?: number }

interface World {
  time: VirtualTime
  pipeline: Pipeline
  figures: DeliveryFigures
  sent: Letter[]
  bodies(): string[]
  dead: DeadMessage[]
  budget: { messagesMax: number; bytesMax: number; messages: number; bytes: number }
  requests: { max: number; eachMin: number; open: number }
  held: { reason: string | null }
  /** Answers the oldest attempt with this body. */
  answer(body: string, status?: number | AttemptResult): Promise<void>
  open(partition: number, messages: Message[], offset?: number): Promise<PartitionWork>
  append(work: PartitionWork, messages: Message[]): Promise<void>
}

const basePlan: DeliveryPlan = {
  id: 'g.t$s' as never,
  topic: 'g.t' as never,
  subscription: 's' as never,
  kafkaTopic: 'g.t',
  groupId: 'g_t_s',
  deadLetterTopic: 'g.t.s_dlq',
  endpoint: new URL('http://receiver/in'),
  authorization: null,
  fixedHeaders: [],
  hasIdentityHeaders: false,
  ordering: 'NONE',
  policy: {
    rate: 100_000,
    messageTtlMs: 10_000,
    backoff: { firstMs: 1000, factor: 1, capMs: 600_000 },
    requestTimeoutMs: 1000,
    socketTimeoutMs: 0,
    sendingDelayMs: 0,
    inflightMax: 10,
    retryClientErrors: false,
  },
}

function entryOf(partition: number, offset: number, message: Message, timestampMs: number): LogEntry {
  const metadata = { timestampMs, id: `id-${message.body}`, externalMetadata: {} }
  const value = Buffer.concat(wrapEnvelope(metadata, Buffer.from(JSON.stringify(message.body))))
  const entry: LogEntry = {
    topic: 'g.t',
    partition,
    offset,
    lastOffset: offset,
    timestampMs,
    key: message.key === undefined ? null : Buffer.from(message.key),
    value: message.problem === undefined ? value : null,
    problem: message.problem ?? null,
    header: () => null,
    headers: () => [],
    detach: () => entry,
  }
  return entry
}

function world(
  changes: { plan?: Partial<DeliveryPlan>; policy?: Partial<DeliveryPlan['policy']> } = {},
): World {
  const time = createVirtualTime()
  const plan = { ...basePlan, ...changes.plan, policy: { ...basePlan.policy, ...changes.policy } }
  const figures = createDeliveryFigures(createMetrics('test_'), plan)
  const budget = { messagesMax: 1000, bytesMax: 1e9, messages: 0, bytes: 0 }
  const requests = { max: 1000, eachMin: 2, open: 0 }
  const held: World['held'] = { reason: null }
  const sent: Letter[] = []
  const dead: DeadMessage[] = []
  const logs = new Map<PartitionWork, LogEntry[]>()
  const pipeline = createPipeline(
    {
      clock: time,
      scheduler: time,
      log: silentLog,
      sender: { send: letter => void sent.push(letter), update: () => undefined, stop: () => undefined },
      deadLetters: { bury: message => void dead.push(message) },
      figures,
      waitingBudget: budget,
      requestBudget: requests,
      heldBack: () => held.reason,
      undelivered: () => undefined,
    },
    plan,
  )
  const bodyOf = (letter: Letter): string => JSON.parse(letter.body.toString()) as string
  const append: World['append'] = async (work, messages) => {
    const log = logs.get(work)!
    for (const each of messages) log.push(entryOf(work.partition, log.length, each, each.at ?? time.now()))
    work.isReady = true
    pipeline.wake()
    await time.advance(0)
  }
  return {
    ...{ time, pipeline, figures, sent, dead, budget, requests, held, append },
    bodies: () => sent.map(bodyOf),
    async answer(body, status = 200) {
      const index = sent.findIndex(letter => bodyOf(letter) === body)
      const [letter] = sent.splice(index, 1)
      letter!.done(typeof status === 'number' ? { kind: 'answer', status, retryAfter: null } : status)
      await time.advance(0)
    },
    async open(partition, messages, offset = 0) {
      const work: PartitionWork = {
        partition,
        window: createWindow({ offset, note: null, wallLeadMs: 0, unsettledMax: 1000 }),
        follower: {
          next: () => logs.get(work)![work.window.next()] ?? null,
          get position() {
            return work.window.next()
          },
          endOffset: -1,
          seek: () => undefined,
          close: () => undefined,
        },
        lock: 1,
        isReady: true,
        isClosing: false,
        underWayCount: 0,
        onIdle: null,
        committed: { offset: 0, metadata: '', version: -1, atMs: 0 },
      }
      logs.set(work, [])
      pipeline.add(work)
      await append(work, messages)
      return work
    },
  }
}

const messages = (...bodies: string[]): Message[] => bodies.map(body => ({ body }))

describe('the delivery pipeline', () => {
  it('sends what it reads and settles what is answered 2xx', async () => {
    const { open, answer, bodies, figures } = world()
    const work = await open(0, messages('a', 'b', 'c'))

    expect(bodies()).toEqual(['a', 'b', 'c'])
    await answer('b')
    expect(work.window.commitPosition()).toBe(0)
    await answer('a')
    await answer('c')
    expect(work.window.commitPosition()).toBe(3)
    expect(figures.delivered.value).toBe(3)
  })

  it('has at most inflightMax under way, and goes on when one ends', async () => {
    const { open, answer, bodies } = world({ policy: { inflightMax: 2 } })
    await open(0, messages('a', 'b', 'c', 'd'))

    expect(bodies()).toEqual(['a', 'b'])
    await answer('b')
    expect(bodies()).toEqual(['a', 'c'])
  })

  it('gives the place of a waiting retry to others, and tries again after the back-off with its count', async () => {
    const { open, answer, bodies, time, sent, figures, budget } = world({ policy: { inflightMax: 2 } })
    const work = await open(0, messages('a', 'b', 'c', 'd'))
    await answer('a', 500)

    expect(bodies()).toEqual(['b', 'c'])
    expect(budget.messages).toBe(1)
    await answer('b')
    await answer('c')
    await time.advance(999)
    expect(bodies()).toEqual(['d'])
    await time.advance(1)
    expect(bodies()).toEqual(['d', 'a'])
    expect(sent[1]?.attempts).toBe(1)
    expect(figures.retries.value).toBe(1)
    expect(budget.messages).toBe(0)
    expect(work.window.note(1, 0).waiting).toMatchObject([{ offset: 0, attempts: 1 }])
  })

  it('buries what outlived its TTL, and settles it only once it is stored', async () => {
    const { open, answer, time, dead, figures } = world({ policy: { messageTtlMs: 1500 } })
    const work = await open(0, messages('a'))
    await answer('a', 500)
    await time.advance(1000)
    await answer('a', 503)

    expect(dead).toHaveLength(1)
    expect(dead[0]?.facts).toMatchObject({ class: 'expired', attempts: 2, lastStatus: 503, offset: 0 })
    expect(dead[0]?.facts.reason).toContain('503')
    expect(work.window.commitPosition()).toBe(0)
    dead[0]?.stored()
    expect(work.window.commitPosition()).toBe(1)
    expect(figures.discarded.value).toBe(1)
  })

  it('begins no attempt after the TTL, whatever held the message up', async () => {
    const { open, answer, time, dead, held, bodies } = world({ policy: { messageTtlMs: 5000 } })
    await open(0, messages('a'))
    await answer('a', 500)
    held.reason = 'away'
    await time.advance(6000)
    held.reason = null
    await time.advance(1000)

    expect(bodies()).toEqual([])
    expect(dead[0]?.facts).toMatchObject({ class: 'expired', attempts: 1, lastStatus: 500 })
  })

  it('buries a refused message at once, unless client errors are retried', async () => {
    const strict = world()
    await strict.open(0, messages('a'))
    await strict.answer('a', 404)
    expect(strict.dead[0]?.facts).toMatchObject({ class: 'refused', attempts: 1, lastStatus: 404 })

    const lenient = world({ policy: { retryClientErrors: true } })
    await lenient.open(0, messages('a'))
    await lenient.answer('a', 404)
    expect(lenient.dead).toEqual([])
  })

  it('buries what cannot be read and goes on with the rest', async () => {
    const { open, dead, bodies } = world()
    await open(0, [{ body: 'x', problem: 'the batch has a bad checksum' }, { body: 'b' }])

    expect(dead[0]?.facts).toMatchObject({
      class: 'pipeline',
      reason: 'UNPARSABLE: the batch has a bad checksum',
      attempts: 0,
      lastStatus: null,
    })
    expect(bodies()).toEqual(['b'])
  })

  it('never counts a fault of ours as an attempt', async () => {
    const { open, answer, time, sent } = world({ policy: { messageTtlMs: 0 } })
    await open(0, messages('a'))
    await answer('a', { kind: 'error', detail: 'EMFILE', isOurFault: true })
    await time.advance(500)

    expect(sent[0]?.attempts).toBe(0)
  })

  it('keeps the order of a key while other keys go on; a waiting retry keeps its turn', async () => {
    const { open, answer, bodies, time } = world({ plan: { ordering: 'KEY' } })
    await open(0, [
      { body: 'a1', key: 'a' },
      { body: 'a2', key: 'a' },
      { body: 'b1', key: 'b' },
      { body: 'x' },
      { body: 'a3', key: 'a' },
    ])

    expect(bodies()).toEqual(['a1', 'b1', 'x'])
    await answer('a1', 500)
    expect(bodies()).toEqual(['b1', 'x'])
    await time.advance(1000)
    expect(bodies()).toEqual(['b1', 'x', 'a1'])
    await answer('a1')
    expect(bodies()).toEqual(['b1', 'x', 'a2'])
    await answer('a2')
    expect(bodies()).toEqual(['b1', 'x', 'a3'])
  })

  it('lets a key go on after a dead letter is stored, not before', async () => {
    const { open, answer, bodies, dead, time } = world({ plan: { ordering: 'KEY' } })
    await open(0, [
      { body: 'a1', key: 'a' },
      { body: 'a2', key: 'a' },
    ])
    await answer('a1', 400)

    expect(bodies()).toEqual([])
    dead[0]?.stored()
    await time.advance(0)
    expect(bodies()).toEqual(['a2'])
  })

  it('goes one by one in each partition where that is asked for', async () => {
    const { open, answer, bodies } = world({ plan: { ordering: 'PARTITION' } })
    await open(0, messages('p1', 'p2'))
    await open(1, messages('q1', 'q2'))

    expect(bodies()).toEqual(['p1', 'q1'])
    await answer('p1', 500)
    expect(bodies()).toEqual(['q1'])
    await answer('q1')
    expect(bodies()).toEqual(['q2'])
  })

  it('goes strictly one by one with an inflight size of one, as Hermes does', async () => {
    const { open, answer, bodies, time } = world({ policy: { inflightMax: 1 } })
    await open(0, messages('a', 'b'))
    await answer('a', 500)

    expect(bodies()).toEqual([])
    await time.advance(1000)
    expect(bodies()).toEqual(['a'])
    await answer('a')
    expect(bodies()).toEqual(['b'])
  })

  it('keeps the pace, also for retries', async () => {
    const { open, bodies, time } = world({ policy: { rate: 10, inflightMax: 100 } })
    await open(0, messages(...Array.from({ length: 50 }, (_, index) => `m${index}`)))
    expect(bodies()).toHaveLength(1)

    await time.advance(1000)
    expect(bodies()).toHaveLength(11)
  })

  it('shares its rate by the partitions it has', async () => {
    const { open, pipeline } = world({ policy: { rate: 100 } })
    pipeline.share(4)
    await open(0, [])

    expect(pipeline.status().rate).toBeCloseTo(25)
  })

  it('waits the sending delay from the time of publishing, once', async () => {
    const { open, bodies, time, answer } = world({ policy: { sendingDelayMs: 3000 } })
    await open(0, [{ body: 'new' }, { body: 'old', at: 1_700_000_000_000 - 5000 }])

    expect(bodies()).toEqual(['old'])
    await time.advance(3000)
    expect(bodies()).toEqual(['old', 'new'])
    await answer('new', 500)
    await time.advance(1000)
    expect(bodies()).toEqual(['old', 'new'])
  })

  it('reads no further when too much waits in the process, unless it keeps nothing itself', async () => {
    const { open, answer, bodies, budget, pipeline } = world({ policy: { inflightMax: 2 } })
    budget.messages = budget.messagesMax
    await open(0, messages('a', 'b', 'c', 'd'))
    expect(bodies()).toEqual(['a', 'b'])

    await answer('a', 500)
    expect(bodies()).toEqual(['b'])
    expect(pipeline.status().heldBack).toContain('too many messages wait')
  })

  it('leaves places to other subscriptions when the process has many requests open', async () => {
    const { open, bodies, requests } = world()
    requests.open = requests.max
    await open(0, messages('a', 'b', 'c'))

    expect(bodies()).toEqual(['a', 'b'])
  })

  it('begins nothing while it is held back, and goes on by itself', async () => {
    const { open, bodies, held, time, pipeline } = world()
    held.reason = 'ZooKeeper is silent'
    await open(0, messages('a'))
    expect(bodies()).toEqual([])
    expect(pipeline.status().heldBack).toBe('ZooKeeper is silent')

    held.reason = null
    await time.advance(300)
    expect(bodies()).toEqual(['a'])
  })

  it('drains a partition: begins nothing more of it, waits for what is under way, keeps the others', async () => {
    const { open, answer, bodies, pipeline, time } = world({ policy: { inflightMax: 3 } })
    const first = await open(0, messages('a', 'b', 'c', 'd'))
    const second = await open(1, messages('x'))
    await answer('a', 500)
    let isDrained = false
    void pipeline.drain(first, 5000).then(() => (isDrained = true))
    await answer('b')

    expect(isDrained).toBe(false)
    await answer('c', 500)
    expect(isDrained).toBe(true)
    expect(first.window.note(1, 0)).toMatchObject({
      settled: [[1, 1]],
      waiting: [
        { offset: 0, attempts: 1 },
        { offset: 2, attempts: 1 },
      ],
    })
    await time.advance(5000)
    expect(bodies()).toEqual(['x'])
    expect(pipeline.works()).toEqual([second])
    expect(pipeline.status()).toMatchObject({ inflight: 1, waiting: 0 })
  })

  it('gives up what is under way when the drain takes too long', async () => {
    const { open, pipeline, time, requests, figures, sent } = world()
    const work = await open(0, messages('a'))
    let isDrained = false
    void pipeline.drain(work, 5000).then(() => (isDrained = true))
    await time.advance(5000)

    expect(isDrained).toBe(true)
    expect(requests.open).toBe(0)
    expect(sent[0]?.isGone).toBe(true)
    expect(figures.delivered.value).toBe(0)
  })

  it('waits in a drain for the dead letters that are under way', async () => {
    const { open, answer, pipeline, dead, time } = world()
    const work = await open(0, messages('a'))
    let isDrained = false
    void pipeline.drain(work, 5000).then(() => (isDrained = true))
    await answer('a', 400)
    expect(isDrained).toBe(false)

    dead[0]?.stored()
    await time.advance(0)
    expect(isDrained).toBe(true)
    expect(work.window.commitPosition()).toBe(1)
  })

  it('forgets the parked messages of a partition that is drained', async () => {
    const { open, answer, pipeline, budget, bodies, time } = world({ plan: { ordering: 'KEY' } })
    const work = await open(0, [
      { body: 'a1', key: 'a' },
      { body: 'a2', key: 'a' },
    ])
    expect(budget.messages).toBe(1)
    void pipeline.drain(work, 5000)
    await answer('a1')
    await time.advance(5000)

    expect(bodies()).toEqual([])
    expect(budget).toMatchObject({ messages: 0, bytes: 0 })
    expect(pipeline.status().parked).toBe(0)
  })

  it('takes a new policy for the next message', async () => {
    const { open, append, pipeline, answer, bodies, dead } = world({
      policy: { inflightMax: 1 },
      plan: { ordering: 'KEY' },
    })
    const work = await open(0, messages('a', 'b'))
    pipeline.update({
      ...basePlan,
      ordering: 'KEY',
      policy: { ...basePlan.policy, inflightMax: 5, messageTtlMs: 0 },
    })
    await append(work, messages('c'))

    expect(bodies()).toEqual(['a', 'b', 'c'])
    await answer('b', 500)
    expect(dead).toHaveLength(1)
  })
})
