import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { PublishAnswer } from './judge.js'
import { createRelay } from './relay.js'
import type { FailedRow, OutboxRow, OutboxSource, ReadWanted } from './source.js'

const settled = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))

function row(id: string, key: string | null, body = '{}'): OutboxRow {
  const message = { id, topic: 'a.b', key, headers: {}, body: Buffer.from(body) }
  return { id, lane: key, message }
}

/** A source in memory that reads as Postgres does, and an Iris that answers when the test says so. */
function made({ hold = true, inflightMax = 16 } = {}) {
  const time = createVirtualTime()
  let open: OutboxRow[] = []
  const failed: FailedRow[] = []
  const reads: ReadWanted[] = []
  const source: OutboxSource = {
    read: async wanted => {
      reads.push(wanted)
      const blocked = new Set(wanted.blocked.map(each => each.lane))
      if (hold) for (const each of failed) blocked.add(each.row.lane)
      return open
        .filter(({ id, lane }) => !wanted.known.includes(id) && (lane === null || !blocked.has(lane)))
        .slice(0, wanted.rowsMax)
    },
    sent: async rows => void (open = open.filter(each => !rows.some(({ id }) => id === each.id))),
    failed: async rows => {
      failed.push(...rows)
      open = open.filter(each => !rows.some(({ row: { id } }) => id === each.id))
    },
  }
  const asked: { id: string; answer: (answer: PublishAnswer) => void }[] = []
  const log: string[] = []
  const relay = createRelay(
    {
      ...{ source, clock: time, scheduler: time, random: () => 1, log: silentLog },
      publish: ({ id }, _tries, signal) =>
        new Promise(answer => {
          log.push(id)
          asked.push({ id, answer })
          signal.addEventListener('abort', () => answer({ kind: 'none', problem: 'aborted' }))
        }),
    },
    { inflightMax, pollMs: 1_000 },
  )
  const answer = async (id: string, status: number, retryAfter: string | null = null): Promise<void> => {
    const index = asked.findIndex(each => each.id === id)
    asked.splice(index, 1)[0]!.answer({ kind: 'answer', status, retryAfter, text: '' })
    await settled()
  }
  return {
    ...{ relay, log, failed, reads, answer, time },
    asked: () => asked.map(({ id }) => id),
    open: () => open.map(({ id }) => id),
    enqueue: (...rows: OutboxRow[]) => void open.push(...rows),
    async pass(ms: number) {
      await time.advance(ms)
      await settled()
    },
  }
}

describe('a relay', () => {
  it('sends keys beside each other and the messages of one after another', async () => {
    const world = made()
    world.enqueue(row('1', 'a'), row('2', 'a'), row('3', 'b'), row('4', null), row('5', null))
    const running = world.relay.run()
    await settled()
    expect(world.asked()).toEqual(['1', '3', '4', '5'])

    await world.answer('1', 201)
    expect(world.asked()).toEqual(['3', '4', '5', '2'])
    for (const id of world.asked()) await world.answer(id, 201)
    world.relay.stop()
    await running

    expect(world.open()).toEqual([])
    expect(world.relay.figures()).toMatchObject({ sent: 5, failed: 0, repeated: 0, inflight: 0 })
  })

  it('repeats what was not answered well, after the wait that Iris asks for, and before the next of its key', async () => {
    const world = made()
    world.enqueue(row('1', 'a'), row('2', 'a'))
    const running = world.relay.run()
    await settled()
    await world.answer('1', 503, '3')
    await world.pass(2_999)
    expect(world.asked()).toEqual([])

    await world.pass(1)
    expect(world.asked()).toEqual(['1'])
    await world.answer('1', 201)
    await world.answer('2', 201)
    world.relay.stop()
    await running
    expect(world.log).toEqual(['1', '1', '2'])
  })

  it('waits longer each time, ten seconds at most', async () => {
    const world = made()
    world.enqueue(row('1', null))
    void world.relay.run()
    await settled()
    for (const waitMs of [200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
      await world.answer('1', 500)
      await world.pass(waitMs - 1)
      expect(world.asked(), `${waitMs} ms`).toEqual([])
      await world.pass(1)
      expect(world.asked()).toEqual(['1'])
    }
  })

  it('holds a key behind a message that Iris refused, and no other', async () => {
    const world = made()
    world.enqueue(row('1', 'a'), row('2', 'a'), row('3', 'b'))
    void world.relay.run()
    await settled()
    await world.answer('1', 400)
    await world.answer('3', 201)
    await world.pass(10_000)

    expect(world.failed).toMatchObject([{ row: { id: '1' }, reason: '400' }])
    expect(world.asked()).toEqual([])
    expect(world.open()).toEqual(['2'])
  })

  it('goes on with the key where it is told to', async () => {
    const world = made({ hold: false })
    world.enqueue(row('1', 'a'), row('2', 'a'))
    void world.relay.run()
    await settled()
    await world.answer('1', 400)
    await world.pass(1_000)

    expect(world.asked()).toEqual(['2'])
  })

  it('fails a row that no request could carry, without asking Iris', async () => {
    const world = made()
    const { message } = row('1', null)
    world.enqueue({ id: '1', lane: null, message: { ...message, topic: 'nowhere' } })
    void world.relay.run()
    await settled()

    expect(world.failed).toMatchObject([{ reason: expect.stringContaining('topic must be') }])
    expect(world.log).toEqual([])
  })

  it('finds a row with a smaller id that was committed late', async () => {
    const world = made()
    world.enqueue(row('2', 'a'))
    void world.relay.run()
    await settled()
    await world.answer('2', 201)
    world.enqueue(row('1', 'b'))
    world.relay.wake()
    await settled()

    expect(world.asked()).toEqual(['1'])
  })

  it('looks again at its poll when nobody wakes it', async () => {
    const world = made()
    void world.relay.run()
    await settled()
    world.enqueue(row('1', null))
    await world.pass(999)
    expect(world.asked()).toEqual([])
    await world.pass(1)

    expect(world.asked()).toEqual(['1'])
  })

  it('has so many requests under way and no more', async () => {
    const world = made({ inflightMax: 2 })
    world.enqueue(row('1', null), row('2', null), row('3', null))
    void world.relay.run()
    await settled()
    expect(world.asked()).toEqual(['1', '2'])
    await world.answer('2', 201)

    expect(world.asked()).toEqual(['1', '3'])
  })

  it('holds 500 rows at most, and begins nothing new behind 100 keys in trouble', async () => {
    const world = made({ inflightMax: 256 })
    world.enqueue(...Array.from({ length: 700 }, (_, index) => row(`${index}`, `key ${index}`)))
    void world.relay.run()
    await settled()
    expect(world.reads[0]?.rowsMax).toBe(500)
    for (const id of world.asked()) await world.answer(id, 503, '300')
    for (let more = world.asked(); more.length > 0; more = world.asked())
      for (const id of more) await world.answer(id, 503, '300')

    expect(world.log).toHaveLength(500)
    expect(world.relay.figures().waitingLanes).toBe(500)
  })

  it('lets no key take the room of others: 50 of its rows are held, and one while it is in trouble', async () => {
    const world = made()
    world.enqueue(...Array.from({ length: 600 }, (_, index) => row(`a${index}`, 'a')), row('b', 'b'))
    void world.relay.run()
    await settled()
    expect(world.asked()).toEqual(['a0', 'b'])
    expect(world.reads[1]?.known).toHaveLength(50)
    expect(world.reads[1]?.blocked.map(({ id }) => id)).toEqual(['a0'])
    await world.answer('a0', 503, '60')
    await world.pass(1_000)
    expect(world.reads.at(-1)?.known).toEqual(['a0', 'b'])

    await world.pass(59_000)
    await world.answer('a0', 201)
    expect(world.asked()).toEqual(['b', 'a1'])
  })

  it('that is stopped begins nothing, settles what is under way, and cuts it off after ten seconds', async () => {
    const world = made({ inflightMax: 2 })
    world.enqueue(row('1', null), row('2', null), row('3', null))
    const running = world.relay.run()
    await settled()
    world.relay.stop()
    await world.answer('1', 201)
    expect(world.asked()).toEqual(['2'])
    await world.pass(10_000)
    await running

    expect(world.open()).toEqual(['2', '3'])
  })

  it('ends with its source', async () => {
    const source = { read: () => Promise.reject(new Error('gone')) } as unknown as OutboxSource
    const time = createVirtualTime()
    const parts = { source, clock: time, scheduler: time, random: () => 1, log: silentLog }
    const publish = (): Promise<PublishAnswer> => Promise.resolve({ kind: 'none', problem: '' })
    const relay = createRelay({ ...parts, publish }, { inflightMax: 1, pollMs: 1_000 })

    await expect(relay.run()).rejects.toThrow('gone')
  })
})
