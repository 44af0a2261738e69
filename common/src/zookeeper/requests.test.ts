import { describe, expect, it } from 'vitest'
import { createVirtualTime } from '../time/virtual-time.js'
import type { ZooCall } from './calls.js'
import type { ZooConnection } from './connection.js'
import { inFlightMax, Requests, waitingMax } from './requests.js'
import { ConnectionLostError } from './zoo-errors.js'

const call = (isRepeatable: boolean, name = 'call /a'): ZooCall<string> => ({
  name,
  path: '/a',
  isRepeatable,
  start: () => undefined,
})
const question = call(true, 'read /a')
const change = call(false, 'write /a')

/** A connection whose answers the test gives. */
const scripted = (): ZooConnection & {
  sent: { name: string; give(value: string): void; fail(error: Error): void }[]
} => {
  const sent: { name: string; give(value: string): void; fail(error: Error): void }[] = []
  return {
    sent,
    send: asked =>
      new Promise((resolve, reject) =>
        sent.push({ name: asked.name, give: value => resolve(value as never), fail: reject }),
      ),
    zxid: () => Buffer.alloc(8),
    endSession: () => undefined,
    destroy: () => undefined,
  }
}
const create = () => {
  const time = createVirtualTime()
  const requests = new Requests(time, { servers: 'zoo:2181', requestTimeoutMs: 1_000 })
  return { time, requests, connection: scripted() }
}
const lost = new ConnectionLostError('the wire broke')

describe('requests', () => {
  it('wait for a connection and are answered', async () => {
    const { time, requests, connection } = create()
    const asked = requests.ask(question)
    await time.advance(900)

    requests.connected(connection, '0x1')
    connection.sent[0]?.give('value')

    expect(await asked).toBe('value')
    expect(time.pending()).toBe(0)
  })

  it('end by their own deadline, and say of a change that was sent that nobody knows its outcome', async () => {
    const { time, requests, connection } = create()
    const unsent = requests.ask(change).catch((error: unknown) => error)
    await time.advance(1_000)
    expect(await unsent).toMatchObject({
      message: 'ZooKeeper at zoo:2181 cannot write /a: there is no connection within 1000 ms',
      isOutcomeUnknown: false,
    })

    requests.connected(connection, '0x1')
    const read = requests.ask(question).catch((error: unknown) => error)
    const written = requests.ask(change).catch((error: unknown) => error)
    await time.advance(1_000)

    expect(await read).toMatchObject({
      message: expect.stringContaining('no answer came'),
      isOutcomeUnknown: false,
    })
    expect(await written).toMatchObject({ isOutcomeUnknown: true })
  })

  it('are asked again on the next connection when they are questions and not changes', async () => {
    const { time, requests, connection } = create()
    requests.connected(connection, '0x1')
    const read = requests.ask(question)
    const written = requests.ask(change).catch((error: unknown) => error)

    requests.disconnected()
    for (const sent of connection.sent) sent.fail(lost)
    await time.advance(10)
    const next = scripted()
    requests.connected(next, '0x1')
    next.sent[0]?.give('value')

    expect(await written).toMatchObject({ name: 'ZooUnavailableError', isOutcomeUnknown: true })
    expect(await read).toBe('value')
    expect(next.sent.map(sent => sent.name)).toEqual(['read /a'])
  })

  it('bound to a session are repeated in it and never sent in another', async () => {
    const { time, requests, connection } = create()
    requests.connected(connection, '0x1')
    const same = requests.ask(change, '0x1')
    const other = requests.ask(change, '0x1').catch((error: unknown) => error)
    requests.disconnected()
    for (const sent of connection.sent) sent.fail(lost)
    await time.advance(10)

    const next = scripted()
    requests.connected(next, '0x1')
    next.sent[0]?.give('done')
    requests.disconnected()
    next.sent[1]?.fail(lost)
    await time.advance(10)
    requests.connected(scripted(), '0x2')

    expect(await same).toBe('done')
    expect(await other).toMatchObject({ name: 'SessionEndedError', sessionId: '0x1' })
  })

  it('are in flight up to a bound, and one more goes when one is answered', async () => {
    const { time, requests, connection } = create()
    requests.connected(connection, '0x1')
    const all = Array.from({ length: inFlightMax + 1 }, () => requests.ask(question))
    expect(connection.sent).toHaveLength(inFlightMax)

    connection.sent[0]?.give('first')
    await time.advance(1)

    expect(connection.sent).toHaveLength(inFlightMax + 1)
    for (const sent of connection.sent) sent.give('x')
    await Promise.all(all)
  })

  it('wait up to a bound; one more is refused at once', async () => {
    const { requests } = create()
    const waiting = Array.from({ length: waitingMax }, () => requests.ask(question).catch(() => 'stopped'))

    await expect(requests.ask(question)).rejects.toThrow(`${waitingMax} requests are waiting`)

    requests.stop()
    expect((await Promise.all(waiting)).every(each => each === 'stopped')).toBe(true)
  })

  it('fail when the session is stopped, waiting or new', async () => {
    const { requests } = create()
    const waiting = requests.ask(question)
    const bound = requests.ask(change, '0x1')

    requests.stop()

    await expect(waiting).rejects.toThrow('it is stopped')
    await expect(bound).rejects.toThrow('0x1 is over')
    await expect(requests.ask(question)).rejects.toThrow('it is stopped')
  })
})
