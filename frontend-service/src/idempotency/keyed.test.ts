import { describe, expect, it } from 'vitest'
import type { HermesError } from '@iris/common/errors/hermes-error'
import { createMetrics } from '@iris/common/metrics/registry'
import { frontendMetrics } from '@iris/common/metrics/names'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Fellow } from '../fellows/card.js'
import type { Forwarded, ForwardRequest } from '../fellows/forward.js'
import { sentHeaders } from '../bulk/record-headers.js'
import { Publication, type PublicationEvents } from '../publish/publication.js'
import { createRoom } from '../publish/room.js'
import { wholeMessage } from '../publish/whole-message.js'
import { createKeyed } from './keyed.js'
import type { KeyedRequest } from './keyed-request.js'
import type { ShardWaiter } from './shard-claim.js'
import type { Shard } from './shard.js'
import type { Whereabouts } from './shards.js'

const fellow: Fellow = { id: 'b', host: 'h', port: 1, pid: 1, startedMs: 0, token: 't' }
const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
const answerOf = (status: number, body: string, headers: readonly string[] = []): Forwarded => ({
  ...{ kind: 'answer', status, headers: ['Hermes-Message-Id', 'theirs', ...headers] },
  body: Buffer.from(body),
})

interface World {
  where: Whereabouts
  /** Null for a forwarder with a defect. */
  answer: Forwarded | null
  doubt: string | null
  readonly passedOn: ForwardRequest[]
  /** How far the message had come whenever it was passed on. */
  readonly stages: string[]
  readonly words: string[]
  readonly errors: HermesError[]
  readonly publication: Publication
  take(): Promise<void>
}

function makeWorld(rawHeaders: readonly string[] = [], roomBytes = 1_000): World {
  const time = createVirtualTime()
  const metrics = createMetrics('hermes_frontend_')
  const counter = (): ReturnType<typeof metrics.counter> => metrics.counter(frontendMetrics.keyReplays)
  const words: string[] = []
  const stages: string[] = []
  const errors: HermesError[] = []
  const origin = wholeMessage(sentHeaders(rawHeaders), Buffer.from('{}'), {} as never)
  const publication = new Publication({} as PublicationEvents, origin, 'acme.orders')
  Object.assign(publication, { stage: 'preparing', deadlineMs: 2_000, idempotencyKey: 'k' })
  const end = (word: string, error?: HermesError): void => {
    publication.stage = 'answered'
    words.push(word)
    if (error !== undefined) errors.push(error)
  }
  const world: World = {
    ...{ where: { kind: 'fellow', fellow }, answer: answerOf(201, ''), doubt: null, passedOn: [] },
    ...{ words, stages, errors, publication },
    async take() {
      keyed.take(publication, Buffer.from('{}'))
      await settle()
    },
  }
  const keyed = createKeyed(
    {
      ...{ clock: time, room: createRoom(roomBytes), doubt: () => world.doubt },
      onDefect: () => words.push('a defect'),
      shards: { whereabouts: () => world.where, served: () => [], stop: () => Promise.resolve() },
      company: {
        isForwarded: ({ headers }) => headers['iris-forwarded-token'] === 'ours',
        forward(_to, request) {
          world.passedOn.push(request)
          stages.push(publication.stage)
          return world.answer === null ? Promise.reject(new Error('a defect')) : Promise.resolve(world.answer)
        },
      },
      schedule: { kafkaTopic: 'iris_scheduled', partitionFor: () => 0, prepare: () => Promise.resolve() },
      figures: {
        replays: counter(),
        refusals: { busy: counter(), differs: counter(), full: counter(), unavailable: counter() },
      },
    },
    {
      stamped: () => undefined,
      found: (_publication, { messageId, scheduled, isReplay }) => {
        const time = scheduled === null ? '' : ` ${scheduled.id} ${scheduled.dueMs}`
        end(`${isReplay ? 'replayed' : 'stored'} ${messageId}${time}`)
      },
      refused: (_publication, error) => end(error.code, error),
      refusedElsewhere: (_publication, id, error) => end(`${error.code} ${id}`, error),
    },
  )
  return world
}

describe('a message whose key belongs to a fellow', () => {
  it('is passed on whole, within its time, and asks for a plain answer', async () => {
    const world = makeWorld(['Idempotency-Key', 'k', 'Accept', 'application/problem+json', 'X', 'y'])
    await world.take()

    expect(world.passedOn).toEqual([
      {
        ...{ method: 'POST', path: '/topics/acme.orders', limitMs: 2_000, body: Buffer.from('{}') },
        headers: ['Idempotency-Key', 'k', 'X', 'y'],
      },
    ])
    expect(world.words).toEqual(['stored theirs'])
  })

  it('hears what the fellow says of its time', async () => {
    const world = makeWorld()
    const later = ['Deliver-At', '2026-05-01T12:00:00.000Z', 'Schedule-Id', '3-7']
    world.answer = answerOf(201, '', later)
    await world.take()

    expect(world.words).toEqual([`stored theirs 3-7 ${Date.parse('2026-05-01T12:00:00.000Z')}`])
  })

  it('hears whether an earlier request had stored it', async () => {
    const world = makeWorld()
    world.answer = answerOf(201, '', ['Idempotent-Replay', 'true'])
    await world.take()

    expect(world.words).toEqual(['replayed theirs'])
  })

  it.each([
    [
      'a refusal',
      answerOf(422, '{"message":"m","code":"IDEMPOTENCY_KEY_REUSED"}'),
      'IDEMPOTENCY_KEY_REUSED theirs',
    ],
    ['no frontend’s answer', answerOf(503, ''), 'IDEMPOTENCY_UNAVAILABLE theirs'],
    ['an unknown code', answerOf(500, '{"code":"x"}'), 'IDEMPOTENCY_UNAVAILABLE theirs'],
    [
      'nothing, sent',
      { kind: 'failed', isUnsent: false, detail: 'broke' } satisfies Forwarded,
      'SENDING_TO_KAFKA_TIMEOUT',
    ],
    [
      'nothing, not sent',
      { kind: 'failed', isUnsent: true, detail: 'refused' } satisfies Forwarded,
      'IDEMPOTENCY_UNAVAILABLE',
    ],
  ])('is answered as after %s', async (_what, answer, word) => {
    const world = makeWorld()
    world.answer = answer
    await world.take()

    expect(world.words).toEqual([word])
  })

  it('keeps status, text and what helps of a refusal', async () => {
    const world = makeWorld()
    const helping = { 'Retry-After': '7', 'WWW-Authenticate': 'Basic realm="iris"' }
    const headers = [...Object.entries(helping).flat(), 'X-Other', 'x']
    world.answer = answerOf(409, '{"message":"busy","code":"IDEMPOTENCY_KEY_IN_USE"}', headers)
    await world.take()

    expect(world.errors[0]).toMatchObject({ status: 409, message: 'busy' })
    expect(world.errors[0]?.headers).toEqual(helping)
  })

  it('is not passed on again, unless it is a client that says so', async () => {
    const world = makeWorld(['Iris-Forwarded-Token', 'ours'])
    await world.take()
    expect(world.passedOn).toEqual([])
    expect(world.words).toEqual(['IDEMPOTENCY_UNAVAILABLE'])

    const pretending = makeWorld(['Iris-Forwarded', 'a', 'Iris-Forwarded-Token', 'a guess'])
    await pretending.take()
    expect(pretending.words).toEqual(['stored theirs'])
  })

  it('may be stored from the moment on at which it is passed on', async () => {
    const world = makeWorld()
    await world.take()

    expect(world.stages).toEqual(['appended'])
  })

  it('is answered whatever goes wrong in us', async () => {
    const world = makeWorld()
    world.answer = null
    await world.take()

    expect(world.words).toEqual(['a defect', 'SENDING_TO_KAFKA_TIMEOUT'])
  })

  it('is not answered a second time', async () => {
    const world = makeWorld()
    const taken = world.take()
    world.publication.stage = 'answered'
    await taken

    expect(world.words).toEqual([])
  })
})

describe('a message whose key belongs here', () => {
  const here = (served: Shard | null, waiters: ShardWaiter[] = []): Whereabouts => ({
    kind: 'here',
    claim: {
      shard: () => served,
      whenServed: waiter => waiters.length < 1 && waiters.push(waiter) > 0,
      give: () => Promise.resolve(),
    },
  })
  const shardOf = (taken: KeyedRequest[]): Shard =>
    ({ take: (request: KeyedRequest) => void taken.push(request) }) as unknown as Shard

  it('goes to its shard, or waits until that is served', async () => {
    const taken: KeyedRequest[] = []
    const waiters: ShardWaiter[] = []
    const served = makeWorld()
    served.where = here(shardOf(taken))
    await served.take()
    expect(taken).toHaveLength(1)

    const early = makeWorld()
    early.where = here(null, waiters)
    await early.take()
    expect(early.words).toEqual([])
    waiters[0]?.served(shardOf(taken))
    expect(taken).toHaveLength(2)
  })

  it('does not go to a shard that is served only after it was answered', async () => {
    const taken: KeyedRequest[] = []
    const waiters: ShardWaiter[] = []
    const world = makeWorld()
    world.where = here(null, waiters)
    await world.take()
    world.publication.stage = 'answered'
    waiters[0]?.served(shardOf(taken))

    expect(taken).toEqual([])
  })

  it('is 503 OVERLOADED when too many wait for its shard', async () => {
    const waiters: ShardWaiter[] = []
    const [first, second] = [makeWorld(), makeWorld()]
    for (const world of [first, second]) {
      world.where = here(null, waiters)
      await world.take()
    }

    expect(first.words).toEqual([])
    expect(second.words).toEqual(['OVERLOADED'])
  })

  it.each([
    ['nobody is known', (world: World) => (world.where = { kind: 'nobody' })],
    [
      'ZooKeeper is silent',
      (world: World) => Object.assign(world, { where: here(shardOf([])), doubt: 'silent' }),
    ],
  ])('is 503 with Retry-After while %s', async (_what, arrange) => {
    const world = makeWorld()
    arrange(world)
    await world.take()

    expect(world.errors[0]).toMatchObject({
      ...{ code: 'IDEMPOTENCY_UNAVAILABLE', status: 503, headers: { 'Retry-After': '1' } },
    })
  })

  it('is 503 OVERLOADED when there is no memory to keep its body', async () => {
    const world = makeWorld([], 1)
    world.where = here(shardOf([]))
    await world.take()

    expect(world.words).toEqual(['OVERLOADED'])
  })
})
