import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { refusal } from '@iris/common/errors/hermes-error'
import { startHttpWorld, type HttpWorld, type HttpWorldOptions } from './testing/http-world.js'
import { kafkaTopic } from './testing/stream-world.js'
import { comesTrue } from './testing/comes-true.js'

const worlds: HttpWorld[] = []
const world = async (options?: HttpWorldOptions): Promise<HttpWorld> => {
  const made = await startHttpWorld(options)
  worlds.push(made)
  return made
}
afterEach(async () => {
  const ended = worlds.splice(0)
  await Promise.all(ended.map(each => each.stop()))
  expect(ended.flatMap(({ defects }) => defects)).toEqual([])
})
const from = (sender: string, text = 'x'): string => JSON.stringify({ sender, text })
const path = '/topics/acme.chat/messages'

describe('a stream', () => {
  it('tells its position before the first event, so that nothing is lost between', async () => {
    const made = await world()
    made.broker.append(kafkaTopic, 0, ['1', '2'])
    const listener = await made.listen()

    await comesTrue(() => expect(listener.text()).toContain('id: 0-1\n\n'))
    expect(listener.text()).toMatch(/^retry: 1000\n/)
    expect(listener.events()).toEqual([])
    const { headers } = listener.response
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect([headers['cache-control'], headers['x-accel-buffering']]).toEqual(['no-store', 'no'])
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  it('goes on behind Last-Event-ID, which comes before what the address says', async () => {
    const made = await world()
    made.broker.append(kafkaTopic, 0, ['1', '2', '3'])

    const first = await made.listen('?from=earliest')
    await comesTrue(() => expect(first.data()).toEqual(['1', '2', '3']))
    const again = await made.listen('?from=earliest', { 'last-event-id': first.events()[0]?.id ?? '' })

    await comesTrue(() => expect(again.data()).toEqual(['2', '3']))
  })

  it.each(['garbage', '0-1;1-2', '-', '999-1'])('refuses Last-Event-ID %j', async id => {
    const made = await world()
    const listener = await made.listen('', { 'last-event-id': id })

    expect(listener.status).toBe(400)
    await comesTrue(() => expect(listener.text()).toContain('"code":"VALIDATION_ERROR"'))
    expect(listener.text()).toContain('Last-Event-ID must be a position')
    expect(made.seats.count()).toBe(0)
  })

  it('gives only what passes its filters, and tells how far it has looked', async () => {
    const made = await world({ limits: { heartbeatMs: 0 } })
    const [anna, all] = [await made.listen('?filter=$.sender%3Danna&envelope=true'), await made.listen()]
    made.broker.append(kafkaTopic, 0, [from('ben'), from('anna'), from('ben')])

    await comesTrue(() => expect(all.events()).toHaveLength(3))
    expect(anna.events()).toHaveLength(1)
    expect(JSON.parse(anna.data()[0] ?? '')).toMatchObject({
      partition: 0,
      offset: 1,
      key: null,
      headers: {},
      body: { sender: 'anna' },
    })
    made.open.tick()
    await comesTrue(() => expect(anna.text()).toMatch(/: heartbeat\nid: 0-2\n\n$/))
  })

  it('shows what is not JSON as what it is', async () => {
    const made = await world()
    const [plain, envelope] = [await made.listen(), await made.listen('?envelope=true')]
    made.broker.append(kafkaTopic, 0, ['two\nlines', '{"pretty":\n1}'])

    await comesTrue(() => expect(plain.data()).toEqual(['two\nlines', '{"pretty":\n1}']))
    await comesTrue(() => expect(envelope.data()).toHaveLength(2))
    expect(envelope.data().map(data => JSON.parse(data) as object)).toMatchObject([
      { bodyText: 'two\nlines' },
      { body: { pretty: 1 } },
    ])
  })

  it('of a group gets its share: each message goes to one of its listeners', async () => {
    const made = await world()
    const members = [await made.listen('?group=g'), await made.listen('?group=g')]
    const alone = await made.listen()
    for (let count = 0; count < 10; count++) made.broker.append(kafkaTopic, 0, [`${count}`])

    await comesTrue(() => expect(members.flatMap(member => member.data())).toHaveLength(10))
    await comesTrue(() => expect(alone.data()).toHaveLength(10))
    expect(new Set(members.flatMap(member => member.data())).size).toBe(10)
    expect(members.map(member => member.data().length)).toEqual([5, 5])
    members[0]?.close()
    await comesTrue(() => expect(made.seats.count()).toBe(2))
    made.broker.append(kafkaTopic, 0, ['10', '11'])
    await comesTrue(() => expect(members[1]?.data()).toHaveLength(7))
  })

  it('of a group looks at the topic as the others do, and is refused where workers share the port', async () => {
    const made = await world()
    await made.listen('?group=g')

    expect((await made.listen('?group=g&key=k')).status).toBe(400)
    expect((await made.listen('?group=other&key=k')).status).toBe(200)
    const several = await world({ isAlone: false })
    expect((await several.listen('?group=g')).status).toBe(400)
    expect((await several.listen()).status).toBe(200)
  })

  it('that takes nothing is told and cut off, while others go on', async () => {
    const made = await world({ limits: { stalledMs: 0 } })
    const [slow, quick] = [await made.listen(), await made.listen()]
    slow.response.pause()
    const body = 'x'.repeat(100_000)
    let sent = 0
    await comesTrue(() => {
      if (quick.data().length === sent) made.broker.append(kafkaTopic, 0, [`${body}${sent++}`])
      made.open.tick()
      expect(made.ended).toEqual(['lagging'])
    })
    slow.response.resume()
    await slow.closed
    await comesTrue(() => expect(quick.data()).toHaveLength(sent))
    expect(made.open.count()).toBe(1)
    const last = slow.events().at(-1)
    // Where the last words have still reached it, they tell the place to go on from.
    if (last?.event === 'lagging') expect(JSON.parse(last.data)).toMatchObject({ position: last.id })
  })

  it('ends with the reason when its topic goes, is made anew, may not be read, or it has lasted', async () => {
    const made = await world({ limits: { heartbeatMs: 0 } })
    const { doorway } = made
    const now = doorway.topic
    const endOf = async (change: () => void): Promise<unknown> => {
      const listener = await made.listen()
      change()
      made.open.tick()
      await listener.closed
      Object.assign(doorway, { topic: now, refusal: null })
      const { event, data } = listener.events()[0] ?? { event: '', data: '{}' }
      return [event, (JSON.parse(data) as { reason: string }).reason]
    }

    expect(await endOf(() => (doorway.topic = undefined))).toEqual(['end', 'removed'])
    expect(await endOf(() => (doorway.topic = { ...now!, createdMs: 18 }))).toEqual(['end', 'replaced'])
    expect(await endOf(() => (doorway.refusal = refusal('AUTH_ERROR', {})))).toEqual(['end', 'forbidden'])
    expect(await endOf(() => made.open.endAll('stopping'))).toEqual(['end', 'stopping'])
    expect(made.ended).toEqual(['removed', 'replaced', 'forbidden', 'stopping'])
    expect([made.open.count(), made.seats.count()]).toEqual([0, 0])
    const old = await world({ limits: { lifetimeMs: 0 } })
    const listener = await old.listen()
    old.open.tick()
    await listener.closed
    expect(old.ended).toEqual(['expired'])
  })

  it('is refused beyond the bounds, and gives its seat back when it goes', async () => {
    const full = await world({ seats: { max: 1 } })
    const first = await full.listen()
    const second = await full.listen()
    expect([first.status, second.status]).toEqual([200, 503])
    expect(second.response.headers['retry-after']).toBe('5')
    first.close()
    await comesTrue(() => expect(full.seats.count()).toBe(0))
    expect((await full.listen()).status).toBe(200)

    const single = await world({ seats: { perAddressMax: 1 } })
    expect([(await single.listen()).status, (await single.listen()).status]).toEqual([200, 429])
  })

  it('that waits behind others on its connection gives back everything when that closes', async () => {
    const made = await world()
    const socket = connect(made.port, '127.0.0.1')
    socket.write('GET /topics/acme.chat/events HTTP/1.1\r\nHost: iris\r\n\r\n'.repeat(20))
    await comesTrue(() => expect(made.open.count()).toBe(20))
    const feed = await made.feed()
    socket.destroy()

    await comesTrue(() => expect([made.seats.count(), made.open.count()]).toEqual([0, 0]))
    expect(feed.readers.size).toBe(0)
  })

  it.each(['before', 'after'])('ends when its reader closes its side, %s it has begun', async when => {
    const made = await world()
    const socket = connect({ port: made.port, host: '127.0.0.1', allowHalfOpen: true })
    const request = 'GET /topics/acme.chat/events HTTP/1.1\r\nHost: iris\r\n\r\n'
    const ended = new Promise<void>(resolve => void socket.resume().once('end', resolve))
    if (when === 'before') socket.end(request)
    else {
      socket.write(request)
      await comesTrue(() => expect(made.open.count()).toBe(1))
      socket.end()
    }

    await ended
    expect([made.seats.count(), made.open.count()]).toEqual([0, 0])
  })

  it('is refused for an unknown topic, without the right, and by a frontend that stops', async () => {
    const made = await world()
    const at = async (): Promise<unknown> => {
      const { status, json } = await made.ask('/topics/acme.chat/events')
      return [status, json['code']]
    }
    made.doorway.topic = undefined
    expect(await at()).toEqual([404, 'TOPIC_NOT_EXISTS'])
    made.doorway.refusal = refusal('AUTH_ERROR', {})
    expect(await at()).toEqual([403, 'AUTH_ERROR'])
    made.doorway.isStopping = true
    expect(await at()).toEqual([503, 'NOT_READY'])
  })

  it.each([
    ['?from=yesterday', 'from must be earliest, latest'],
    ['?from=2026-02-31T99:00:00Z', 'from is no date'],
    ['?replay=0', 'replay must be a number from 1 to 1000'],
    ['?replay=1&from=earliest', 'replay cannot be combined with from'],
    ['?filter=sender', 'filter must be PATH=VALUE'],
    ['?filter=$..a[%3D1', 'filter at [0].path'],
    ['?filter={"type":"nothing"}', "doesn't match topic content type JSON"],
    ['?filter={"type":"latest","key":"$.id"}', 'filter of type latest is for subscriptions only'],
    ['?header=a', 'header must be NAME:VALUE'],
    ['?group=a%20b', 'group must be'],
    ['?envelope=yes', 'envelope must be true or false'],
    ['?key=a&key=b', 'key must be given once only'],
    ['?frm=earliest', 'frm is not known here'],
  ])('refuses %s', async (query, problem) => {
    const made = await world()
    const { status, json } = await made.ask(`/topics/acme.chat/events${query}`)

    expect([status, json['code']]).toEqual([400, 'VALIDATION_ERROR'])
    expect(json['message']).toContain(problem)
  })

  it('is open to pages of origins that are named, and of no other', async () => {
    const made = await world({ origins: ['https://chat.example.org'] })
    const originOf = async (origin: string): Promise<unknown> =>
      (await made.listen('', { origin })).response.headers['access-control-allow-origin']

    expect(await originOf('https://chat.example.org')).toBe('https://chat.example.org')
    expect(await originOf('https://evil.example.org')).toBeUndefined()
  })
})

describe('a pull', () => {
  it('answers with what there is, and where to go on', async () => {
    const made = await world()
    made.broker.append(kafkaTopic, 0, [from('a'), from('b'), from('c')])

    const first = await made.ask(`${path}?from=earliest&max=2`)
    expect(first.json).toMatchObject({
      items: [{ body: { sender: 'a' } }, { body: { sender: 'b' } }],
      next: '0-1',
    })
    expect(first.headers.get('cache-control')).toBe('no-store')
    const second = await made.ask(`${path}?from=0-1`)
    expect(second.json).toMatchObject({ items: [{ offset: 2, position: '0-2' }], next: '0-2' })
    expect((await made.ask(`${path}?from=0-2`)).json).toEqual({ items: [], next: '0-2' })
    await comesTrue(() => expect(made.seats.count()).toBe(0))
  })

  it('waits for a first message as long as it is asked to', async () => {
    const made = await world()
    const waiting = made.ask(`${path}?from=latest&wait=20s`)
    await comesTrue(() => expect(made.seats.count()).toBe(1))
    await comesTrue(async () => expect((await made.feed()).readers.size).toBe(1))
    made.broker.append(kafkaTopic, 0, ['1'])

    expect((await waiting).json).toMatchObject({ items: [{ body: 1 }] })
    expect((await made.ask(`${path}?from=latest&wait=1ms`)).json).toMatchObject({ items: [] })
  })

  it('is answered although its caller has closed its side already', async () => {
    const made = await world()
    made.broker.append(kafkaTopic, 0, ['1'])
    const socket = connect({ port: made.port, host: '127.0.0.1', allowHalfOpen: true })
    let text = ''
    socket.setEncoding('utf8').on('data', (piece: string) => void (text += piece))
    socket.end(`GET ${path}?from=earliest HTTP/1.1\r\nHost: iris\r\n\r\n`)

    await comesTrue(() => expect(text).toContain('"body":1'))
    socket.destroy()
  })

  it('looks past what its filter keeps out, and tells of what is gone', async () => {
    const made = await world()
    made.broker.append(kafkaTopic, 0, [from('a'), from('b')])
    made.broker.append(kafkaTopic, 0, [from('b'), from('a')])
    expect((await made.ask(`${path}?filter=$.sender%3Da`)).json).toMatchObject({
      items: [{ offset: 0 }, { offset: 3 }],
    })
    made.broker.trim(kafkaTopic, 0, 2)

    const { json } = await made.ask(`${path}?from=start&max=1`)
    expect(json).toMatchObject({
      items: [{ offset: 2 }],
      gaps: [{ partition: 0, from: 0, to: 2 }],
      next: '0-2',
    })
  })

  it('holds its seat, and its bytes count, until its answer was taken', async () => {
    const made = await world()
    // More than the sockets in between take.
    const bytes = 24 * 1024 * 1024
    made.broker.append(kafkaTopic, 0, ['x'.repeat(bytes)])
    const socket = connect(made.port, '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: iris\r\n\r\n`)
    await new Promise<void>(resolve => {
      socket.once('data', () => {
        socket.pause()
        resolve()
      })
    })

    expect(made.seats.count()).toBe(1)
    expect(made.waiting.bytes).toBeGreaterThan(bytes)
    socket.destroy()
    await comesTrue(() => expect([made.seats.count(), made.waiting.bytes]).toEqual([0, 0]))
  })

  it('gives less, or is refused, where answers that were not taken leave no room', async () => {
    const made = await world({ waitingBytesMax: 100 })
    made.broker.append(kafkaTopic, 0, [from('a'), from('b')])
    expect((await made.ask(path)).json).toMatchObject({ items: [{ body: { sender: 'a' } }], next: '0-0' })
    await comesTrue(() => expect(made.waiting.bytes).toBe(0))
    made.waiting.bytes = 100

    const { status, json } = await made.ask(path)
    expect([status, json['code']]).toEqual([503, 'STREAMS_FULL'])
    await comesTrue(() => expect(made.seats.count()).toBe(0))
  })

  it.each(['?max=1001', '?wait=31s', '?wait=5', '?group=g', '?replay=1&max=0'])('refuses %s', async query => {
    const made = await world()
    expect((await made.ask(path + query)).status).toBe(400)
  })
})
