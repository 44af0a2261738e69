import { describe, expect, it } from 'vitest'
import { everybody, principalOf, type Principal } from '@iris/common/access/principal'
import type { TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import type { AnswerStream } from '@iris/common/http/api'
import { frameworkError } from '@iris/common/http/api'
import type { Cluster } from '@iris/common/kafka/cluster'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Follower, FollowRequest, LogReader } from '@iris/common/kafka/reader'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { holdTopic } from '../../changes/testing/held.js'
import { createMemoryStore } from '../../store/in-memory.js'
import { maskedNames } from '../mask.js'
import { readTailChoice } from './tail-choice.js'
import { eventsPerSMax, waitingBytesMax } from './tail-stream.js'
import { checkMs, createTails } from './tails.js'

const topic = 'g.t' as TopicName

/** Logs that are followed from their ends. */
function createLogs(partitions: number) {
  const logs = Array.from({ length: partitions }, (): LogEntry[] => [])
  const followers = new Set<FollowRequest & { next: number }>()
  const follow = (request: FollowRequest): Follower => {
    const place = { ...request, next: request.offset }
    followers.add(place)
    return {
      next: () =>
        logs[request.partition]?.[place.next++] ?? ((place.next = logs[request.partition]!.length), null),
      position: 0,
      endOffset: 0,
      seek: () => undefined,
      close: () => void followers.delete(place),
    }
  }
  const append = (partition: number, value: string, key: string | null = null): void => {
    const log = logs[partition]!
    const entry = {
      ...{
        topic: 'g.t',
        partition,
        offset: log.length,
        lastOffset: log.length,
        timestampMs: 1,
        problem: null,
      },
      ...{ key: key === null ? null : Buffer.from(key), value: Buffer.from(value) },
      ...{ header: () => null, headers: () => [], detach: () => entry },
    } as unknown as LogEntry
    log.push(entry)
    for (const follower of followers) if (follower.partition === partition) follower.onReady()
  }
  return { logs, followers, follow, append, grow: () => logs.push([]) }
}

function createViewer() {
  const viewer = { text: '', waiting: 0, isEnded: false, isCut: false, gone: [] as (() => void)[] }
  const to: AnswerStream = {
    waitingBytes: () => viewer.waiting,
    write: bytes => void (viewer.text += bytes.toString()),
    end: () => void (viewer.isEnded = true),
    cut: () => void (viewer.isCut = true),
    onGone: gone => void viewer.gone.push(gone),
  }
  const leave = (): void => viewer.gone.splice(0).forEach(gone => gone())
  const bodies = (): unknown[] =>
    [...viewer.text.matchAll(/event: message\ndata: (.*)\n/g)].map(
      ([, data]) => (JSON.parse(data!) as { body: unknown }).body,
    )
  return { viewer, to, leave, bodies }
}

function setUp({ tailsMax = 2, tailsPerCallerMax = 2, members = {} } = {}) {
  const time = createVirtualTime()
  const store = createMemoryStore()
  holdTopic(store, topic, members)
  const kafka = createLogs(2)
  const tails = createTails({
    ...{ clock: time, scheduler: time, log: silentLog, store, registry: null, areIdsUsed: false },
    ...{ tailsMax, tailsPerCallerMax },
    namespace: { namespace: '', separator: '_' },
    masks: { member: maskedNames(['password']), header: maskedNames([]), isUsed: true },
    cluster: {
      layout: () => kafka.logs.map((_log, partition) => ({ partition })),
      refresh: () => Promise.resolve(),
    } as unknown as Cluster,
    findOffsets: (_name, partitions) =>
      Promise.resolve(partitions.map(partition => ({ partition, offset: kafka.logs[partition]!.length }))),
    reader: {
      ...{ start: () => undefined, stop: () => Promise.resolve(), follow: kafka.follow },
    } as unknown as LogReader,
  })
  tails.start()
  const watch = async (
    query = '',
    judgeAgain: () => Promise<Principal> = () => Promise.resolve(everybody),
    caller = 'anna',
  ) => {
    const made = createViewer()
    const { value } = (await store.topic(topic))!
    const choice = readTailChoice(new URLSearchParams(query), value)
    ;(await tails.open({ topic: value, choice, caller, judgeAgain }))(made.to)
    return made
  }
  return { time, store, kafka, tails, watch }
}

describe('a live tail', () => {
  it('tells nobody by a filter what is hidden', async () => {
    const { time, kafka, watch } = setUp()
    const guessing = await watch('filter=$.password=x')
    const plain = await watch('filter=$.n=1')
    kafka.append(0, '{"n":1,"password":"x"}')
    await time.advance(0)

    expect(guessing.bodies()).toEqual([])
    expect(plain.bodies()).toEqual([{ n: 1, password: '****' }])
  })

  it('gives what comes from now on, masked, and what each viewer wants of it', async () => {
    const { time, kafka, watch } = setUp()
    kafka.append(0, '{"n":0}')
    const all = await watch()
    const some = await watch('key=k&filter=$.n=2&partition=1')
    kafka.append(0, '{"n":1,"password":"x"}', 'k')
    kafka.append(1, '{"n":2}', 'k')
    kafka.append(1, '{"n":2}', 'other')
    kafka.append(1, '{"n":3}', 'k')
    await time.advance(0)

    expect(all.bodies()).toEqual([{ n: 1, password: '****' }, { n: 2 }, { n: 2 }, { n: 3 }])
    expect(some.bodies()).toEqual([{ n: 2 }])
    expect(all.viewer.text).toContain('id: 1-0\nevent: message\n')
  })

  it('reads a topic once for all who watch it, and not at all when the last has gone', async () => {
    const { kafka, watch, tails } = setUp()
    const viewers = [await watch(), await watch()]
    expect([kafka.followers.size, tails.count()]).toEqual([2, 2])

    for (const { leave } of viewers) leave()
    expect([kafka.followers.size, tails.count()]).toEqual([0, 0])
  })

  it('has so many places, and takes the next when one is free', async () => {
    const { watch } = setUp()
    const by = (caller: string) => watch('', undefined, caller)
    const first = await watch()
    await watch()
    await expect(by('ben')).rejects.toMatchObject({ status: 503, code: 'STREAMS_FULL' })

    first.leave()
    await expect(by('ben')).resolves.toBeDefined()
  })

  it('has fewer places for one caller, whose own leaving frees them', async () => {
    const { watch, tails } = setUp({ tailsMax: 3, tailsPerCallerMax: 1 })
    const by = (caller: string) => watch('', undefined, caller)
    const { leave } = await by('anna')
    await by('ben')
    await expect(by('anna')).rejects.toMatchObject({ status: 429, code: 'TOO_MANY_STREAMS' })
    expect(tails.count()).toBe(2)

    leave()
    await expect(by('anna')).resolves.toBeDefined()
    await expect(by('ben')).rejects.toMatchObject({ status: 429 })
  })

  it('cuts off who takes too little, and lets the others go on', async () => {
    const { time, kafka, watch } = setUp()
    const [slow, quick] = [await watch(), await watch()]
    slow.viewer.waiting = waitingBytesMax
    kafka.append(0, '{"n":1}')
    await time.advance(0)

    expect(slow.viewer.text).toContain('event: lagging\n')
    expect([slow.viewer.isEnded, slow.viewer.isCut, quick.bodies()]).toEqual([true, false, [{ n: 1 }]])
    await time.advance(2_000)
    expect([slow.viewer.isCut, quick.viewer.isEnded]).toEqual([true, false])
  })

  it('gives so many of a second, and tells how many it left out', async () => {
    const { time, kafka, watch } = setUp()
    const { viewer, bodies } = await watch()
    for (let n = 0; n < eventsPerSMax + 3; n++) kafka.append(0, `${n}`)
    await time.advance(1_000)

    expect(bodies()).toHaveLength(eventsPerSMax)
    expect(viewer.text).toContain('event: skipped\ndata: {"count":3')
    kafka.append(0, '"more"')
    await time.advance(0)
    expect(bodies().at(-1)).toBe('more')
  })

  it('shows that it lives while nothing comes', async () => {
    const { time, watch } = setUp()
    const { viewer } = await watch()
    await time.advance(11_000)

    expect(viewer.text).toContain(': heartbeat\n')
  })

  it.each<[string, object, () => Promise<Principal>, string]>([
    ['its right is gone', {}, () => Promise.reject(frameworkError(403)), 'forbidden'],
    ['its key is gone', {}, () => Promise.reject(refusal('UNAUTHENTICATED', {})), 'forbidden'],
    [
      'it is no owner of a topic that came to restrict reading',
      { subscribingRestricted: true },
      () => Promise.resolve(principalOf('anna', [{ role: 'reader', group: 'g' }])),
      'forbidden',
    ],
  ])('ends when %s', async (_what, members, judgeAgain, reason) => {
    const { time, store, watch } = setUp()
    const { viewer } = await watch('', judgeAgain)
    holdTopic(store, topic, members)
    await time.advance(checkMs + 1_000)

    expect(viewer.text).toContain(`event: end\ndata: {"reason":"${reason}"`)
    expect(viewer.isEnded).toBe(true)
  })

  it('ends when its topic goes, and goes on while nobody can tell', async () => {
    const { time, store, watch } = setUp()
    const { viewer } = await watch()
    store.failures.set('topic', new Error('ZooKeeper is away'))
    await time.advance(checkMs + 1_000)
    expect(viewer.isEnded).toBe(false)

    store.held.topics.clear()
    await time.advance(checkMs + 1_000)
    expect(viewer.text).toContain('"reason":"removed"')
  })

  it('reads partitions that are added, whole', async () => {
    const { time, kafka, watch } = setUp()
    const { bodies } = await watch()
    kafka.grow()
    kafka.append(2, '{"n":7}')
    await time.advance(6_000)

    expect(bodies()).toEqual([{ n: 7 }])
  })

  it('ends at a stop, and begins no more', async () => {
    const { watch, tails } = setUp()
    const { viewer } = await watch()
    tails.endAll()

    expect(viewer.text).toContain('"reason":"stopping"')
    await expect(watch()).rejects.toMatchObject({ code: 'NOT_READY' })
  })

  it.each(['partition=x', 'filter=nothing', 'filter={"type":"jsonpath","path":"$.a","matcher":"("}'])(
    'is refused with %s',
    async query => {
      await expect(setUp().watch(query)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
    },
  )
})
