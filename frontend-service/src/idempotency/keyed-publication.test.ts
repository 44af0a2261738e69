import { describe, expect, it } from 'vitest'
import { frontendMetrics } from '@iris/common/metrics/names'
import { createMetrics } from '@iris/common/metrics/registry'
import type { NumberedOutcome } from '@iris/common/kafka/numbered-append'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { sentHeaders } from '../bulk/record-headers.js'
import { Publication, type PublicationEvents } from '../publish/publication.js'
import { createRoom } from '../publish/room.js'
import { wholeMessage } from '../publish/whole-message.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { KeyedPublication, type KeyedEvents, type KeyedSurroundings } from './keyed-publication.js'
import type { KeyedRequest } from './keyed-request.js'
import { Ledger } from './ledger.js'
import { createShardLog } from './shard-log.js'
import { Shard } from './shard.js'
import { createSlots } from './slots.js'

const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
const body = Buffer.from('{}')

/** A shard whose intents are written at once, and whose messages wait for the test's word. */
function makeWorld() {
  const time = createVirtualTime()
  const room = createRoom(1_000)
  const metrics = createMetrics('hermes_frontend_')
  const counter = (): ReturnType<typeof metrics.counter> => metrics.counter(frontendMetrics.keyReplays)
  const sent: ((outcome: NumberedOutcome) => void)[] = []
  const stored: NumberedOutcome = { kind: 'stored', offset: 0 }
  const events = { stamped: () => undefined, refused: () => undefined } as unknown as KeyedEvents
  const surroundings: KeyedSurroundings = {
    ...{ events, room, scheduleTopic: 'iris_scheduled' },
    choosePlace: () => Promise.resolve({ kafkaTopic: 'acme.orders', partition: 0 }),
    figures: {
      replays: counter(),
      refusals: { busy: counter(), differs: counter(), full: counter(), unavailable: counter() },
    },
  }
  const shard = new Shard(
    {
      ...{ clock: time, doubt: () => null, warn: () => undefined, find: () => Promise.resolve('unclear') },
      slots: createSlots(() => Promise.resolve({ producerId: 1, producerEpoch: 0 }), 4),
      log: createShardLog(
        { clock: time, append: () => Promise.resolve(stored), doubt: () => null, onLost: () => undefined },
        {
          ...{ topic: 'log', partition: 0, nextSequence: 1, writeTimeoutMs: 1_000 },
          id: { producerId: 1, producerEpoch: 0 },
        },
      ),
      append: () => new Promise<NumberedOutcome>(answer => void sent.push(answer)),
    },
    { deliveryTimeoutMs: 120_000 },
    new Ledger<KeyedRequest>({
      ...{ entriesMax: 3, windowMs: 1_000, isWaiting: request => !request.isAnswered() },
    }),
  )
  const ask = async (): Promise<Publication> => {
    const origin = wholeMessage(sentHeaders([]), body, {} as never)
    const publicationEvents = { confirmed: () => undefined } as unknown as PublicationEvents
    const publication = new Publication(publicationEvents, origin, 'acme.orders')
    publication.routed = { kafkaTopic: 'acme.orders' } as RoutedTopic
    const request = new KeyedPublication(surroundings, publication, body, 'k')
    expect(request.hold()).toBe(true)
    shard.take(request)
    await settle()
    return publication
  }
  return { room, sent, ask, stored }
}

it('gives back the memory of every request with one key, however often its sender gave up and came again', async () => {
  const { room, sent, ask, stored } = makeWorld()
  for (let count = 0; count < 3; count++) (await ask()).stage = 'answered'

  expect(room.bytesHeld()).toBe(body.length)
  sent.forEach(answer => answer(stored))
  await settle()

  expect(room.bytesHeld()).toBe(0)
})

describe('a message with a key and a time', () => {
  const own = { kafkaTopic: 'acme.orders', partition: 1 }
  const later = { kafkaTopic: 'iris_scheduled', partition: 7 }
  const figures = createMetrics('hermes_frontend_').counter(frontendMetrics.keyReplays)

  function makeRequest(scheduledMs: number, headers: readonly string[] = []) {
    const words: unknown[] = []
    const events = {
      stamped: (...[, , , isForLater]: Parameters<KeyedEvents['stamped']>) => words.push(isForLater),
      found: (...[, stored]: Parameters<KeyedEvents['found']>) => words.push(stored),
    } as unknown as KeyedEvents
    const surroundings: KeyedSurroundings = {
      ...{ events, room: createRoom(1_000), scheduleTopic: later.kafkaTopic },
      choosePlace: ({ scheduledMs: ms }) => Promise.resolve(ms > 0 ? later : own),
      figures: { replays: figures, refusals: {} as never },
    }
    const origin = wholeMessage(sentHeaders(headers), body, {} as never)
    const publication = new Publication({} as PublicationEvents, origin, 'acme.orders')
    publication.scheduledMs = scheduledMs
    return { request: new KeyedPublication(surroundings, publication, body, 'k'), words }
  }

  it.each([
    ['waits where its time is ahead', 5_000, null, true, later],
    ['goes at once where it is not', 0, null, false, own],
    ['stays where an earlier try has put it, though its time has passed', 0, later, true, later],
    ['stays in its topic, though a clock now says that its time is ahead', 5_000, own, false, own],
  ] as const)('%s', async (_what, scheduledMs, before, isForLater, place) => {
    const { request, words } = makeRequest(scheduledMs)

    expect(await request.become('m', 1_000, before)).toEqual(place)
    expect(words).toEqual([isForLater])
  })

  it.each([
    ['the time it names', ['Deliver-At', '5000'], { id: null, dueMs: 5_000 }],
    ['no time that counts from the request', ['Deliver-After', '4'], null],
  ] as const)('says again %s', (_what, headers, scheduled) => {
    const { request, words } = makeRequest(5_000, headers)
    request.replayed('first')

    expect(words).toEqual([{ messageId: 'first', scheduled, isReplay: true }])
  })

  it('is another one with another time', () => {
    const fingerprints = ['5000', '6000'].map(at => makeRequest(0, ['Deliver-At', at]).request.fingerprint)

    expect(new Set(fingerprints).size).toBe(2)
  })
})
