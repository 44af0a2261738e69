import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import { createVirtualTime, type VirtualTime } from '../time/virtual-time.js'
import type { ConnectionListener, ConnectionTarget, OpenConnection, ZooConnection } from './connection.js'
import { SessionLife, type SessionEvent } from './session-life.js'

const sessionMs = 12_000
const idOf = (number: number): Buffer => Buffer.from([0, 0, 0, 0, 0, 0, 0, number])

/** One attempt to connect, in the test's hand. */
interface Attempt {
  readonly target: ConnectionTarget
  readonly listener: ConnectionListener
  isDestroyed: boolean
  pingCount: number
  /** Answers pings at once when true. */
  isAnswering: boolean
}

function setUp(servers: readonly string[] = ['a:1']) {
  const time: VirtualTime = createVirtualTime()
  let stalledMs = 0
  const clock: Clock = { now: () => time.now(), monotonic: () => time.monotonic() + stalledMs }
  /** The clock goes on while no timer fires, as when the process stands still. */
  const stall = (ms: number): void => {
    stalledMs += ms
  }
  const attempts: Attempt[] = []
  const open: OpenConnection = (target, listener) => {
    const attempt: Attempt = { target, listener, isDestroyed: false, pingCount: 0, isAnswering: true }
    attempts.push(attempt)
    const connection: ZooConnection = {
      send(call) {
        const sentAtMs = clock.monotonic()
        attempt.pingCount++
        if (attempt.isAnswering) listener.heard(sentAtMs)
        return attempt.isAnswering ? Promise.resolve(null as never) : new Promise(() => call)
      },
      zxid: () => idOf(99),
      endSession: () => listener.closed('lost', new Error('ended')),
      destroy(error) {
        if (attempt.isDestroyed) return
        attempt.isDestroyed = true
        listener.closed('lost', error)
      },
    }
    return connection
  }
  const events: SessionEvent[] = []
  const connections: boolean[] = []
  const life = new SessionLife(
    { log: silentLog, clock, scheduler: time, open },
    { servers, sessionTimeoutMs: sessionMs, connectTimeoutMs: 5_000 },
    {
      connected: (_connection, isSame) => connections.push(isSame),
      disconnected: () => undefined,
      notified: () => undefined,
    },
  )
  life.onSession(event => events.push(event))
  const last = (): Attempt => attempts.at(-1) as Attempt
  const accept = (session = 1): void => {
    last().listener.opened({ id: idOf(session), password: Buffer.alloc(16) }, sessionMs)
  }
  return { time, clock, stall, attempts, life, events, connections, last, accept }
}

describe('the life of a session', () => {
  it('begins with the server’s word and knows its session', async () => {
    const { life, events, accept } = setUp()
    expect(life.silentMs()).toBe(Number.POSITIVE_INFINITY)

    const starting = life.start()
    accept()
    await starting

    expect(events).toEqual(['new'])
    expect(life.isConnected()).toBe(true)
    expect(life.sessionId()).toBe('0x0000000000000001')
    expect(life.sessionTimeoutMs()).toBe(sessionMs)
  })

  it('gives its start up with one sentence, and tries no more', async () => {
    const { time, life, attempts, last } = setUp(['a:1', 'b:2'])
    const starting = life.start()
    starting.catch(() => undefined)

    for (let count = 0; count < 20; count++) {
      last().listener.closed('lost', new Error('refused'))
      await time.advance(300)
    }

    await expect(starting).rejects.toThrow('ZooKeeper at a:1, b:2 did not answer within 5000 ms (refused)')
    const attemptCount = attempts.length
    await time.advance(60_000)
    expect(attempts.length).toBe(attemptCount)
    expect(attempts.slice(0, 4).map(each => each.target.server)).toEqual(['a:1', 'b:2', 'a:1', 'b:2'])
    expect(time.pending()).toBe(0)
  })

  it('pings so often that a quiet server is never thought silent', async () => {
    const { time, life, last, accept } = setUp()
    void life.start()
    accept()

    let silentMsMax = 0
    for (let step = 0; step < 600; step++) {
      await time.advance(100)
      silentMsMax = Math.max(silentMsMax, life.silentMs())
    }

    expect(silentMsMax).toBeLessThanOrEqual(sessionMs / 3)
    expect(last().pingCount).toBeLessThanOrEqual(60_000 / (sessionMs / 4))
    expect(life.isConnected()).toBe(true)
  })

  it('counts silence from the sending of the last answered request', async () => {
    const { time, life, last, accept } = setUp()
    void life.start()
    accept()
    last().isAnswering = false
    await time.advance(2_000)

    last().listener.heard(time.monotonic() - 500)

    expect(life.silentMs()).toBe(500)
    await time.advance(250)
    expect(life.silentMs()).toBe(750)
  })

  it('gives a connection up after two thirds of silence and asks for the same session again', async () => {
    const { time, life, attempts, events, connections, last, accept } = setUp()
    void life.start()
    accept()
    last().isAnswering = false

    await time.advance((sessionMs * 2) / 3 - 1)
    expect(events).toEqual(['new'])
    await time.advance(sessionMs / 12 + 1)
    expect(events).toEqual(['new', 'away'])
    expect(life.isConnected()).toBe(false)
    await time.advance(150)
    expect(last().target).toMatchObject({ credentials: { id: idOf(1) }, zxid: idOf(99) })
    accept()

    expect(attempts).toHaveLength(2)
    expect(events).toEqual(['new', 'away', 'back'])
    expect(connections).toEqual([false, true])
  })

  it('stays away, and neither expired nor back, as long as nobody answers', async () => {
    const { time, life, events, last, accept } = setUp()
    void life.start()
    accept()
    last().listener.closed('lost', new Error('gone'))

    await time.advance(10 * sessionMs)

    expect(events).toEqual(['new', 'away'])
    expect(life.silentMs()).toBeGreaterThan(10 * sessionMs - 1_000)
    expect(life.sessionId()).toBe('0x0000000000000001')
    // By now a server restored from older data must not refuse us for what we have seen.
    expect(last().target).toMatchObject({ credentials: { id: idOf(1) }, zxid: null })
    accept()
    expect(events.at(-1)).toBe('back')
  })

  it('takes a new session on the server’s word that the old one is over', async () => {
    const { time, life, events, last, accept } = setUp()
    void life.start()
    accept()
    last().listener.closed('lost', new Error('gone'))
    await time.advance(150)
    last().listener.closed('expired', new Error('over'))
    expect(life.sessionId()).toBe('')
    await time.advance(1)

    expect(last().target).toMatchObject({ credentials: null, zxid: null })
    accept(2)

    expect(events).toEqual(['new', 'away', 'expired', 'new'])
    expect(life.sessionId()).toBe('0x0000000000000002')
  })

  it('tries again after 100 ms and never waits longer than a second', async () => {
    const { time, life, attempts, last, accept } = setUp()
    void life.start()
    accept()
    const gapsMs: number[] = []
    for (let count = 0; count < 8; count++) {
      const attemptCount = attempts.length
      const startedMs = time.monotonic()
      last().listener.closed('lost', new Error('gone'))
      while (attempts.length === attemptCount) await time.advance(10)
      gapsMs.push(time.monotonic() - startedMs)
    }

    expect(gapsMs).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000])
  })

  it('ends an attempt that the server does not answer', async () => {
    const { time, life, attempts, accept, last } = setUp()
    void life.start()
    accept()
    last().listener.closed('lost', new Error('gone'))

    await time.advance(100 + sessionMs / 3 + 200)

    expect(attempts).toHaveLength(3)
    expect(attempts[1]?.isDestroyed).toBe(true)
  })

  it('does not blame the server for a stall of its own', async () => {
    const { time, clock, stall, life, events, last, accept } = setUp()
    void life.start()
    accept()
    await time.advance(sessionMs / 2)

    // The loop stood still for a session's length: the first check comes before the answers that are there.
    last().isAnswering = false
    stall(sessionMs)
    await time.advance(sessionMs / 12)
    expect(life.silentMs()).toBeGreaterThan(sessionMs)
    last().listener.heard(clock.monotonic())
    await time.advance(sessionMs / 2)

    expect(events).toEqual(['new'])
  })

  it('ends for good when stopped', async () => {
    const { time, life, attempts, events, accept } = setUp()
    const starting = life.start()
    accept()
    await starting

    await life.stop()
    await time.advance(10 * sessionMs)

    expect(attempts).toHaveLength(1)
    expect(events).toEqual(['new'])
    expect(life.isConnected()).toBe(false)
    expect(life.sessionId()).toBe('')
    expect(time.pending()).toBe(0)
  })
})
