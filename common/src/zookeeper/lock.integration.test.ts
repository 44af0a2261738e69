import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { sleep, systemScheduler } from '../time/scheduler.js'
import { acquire, type Lock, type LockHolder } from './lock.js'
import { openSession, until, type OpenSession } from './testing/open-session.js'
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.js'

const sessionMs = 2_000
const holder = (instance: string): LockHolder => ({ instance, pid: 1 })

describe('a lock', () => {
  let path: string
  let proxy: TcpProxy
  let one: OpenSession
  let two: OpenSession

  beforeEach(async () => {
    path = `/test-${randomUUID()}/locks/g.t$s/0`
    proxy = await startTcpProxy(inject('zookeeper'))
    one = await openSession(proxy.address, sessionMs)
    two = await openSession(inject('zookeeper'), sessionMs)
  })
  afterEach(async () => {
    proxy.mend()
    await Promise.all([one.stop(), two.stop()])
    await proxy.close()
  })

  /** Tells whether a promise is settled, after giving it a while. */
  const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
    let isSettled = false
    void promise.finally(() => (isSettled = true)).catch(() => undefined)
    await sleep(systemScheduler, 200)
    return !isSettled
  }

  it('is a node that names its holder, and its number is the node’s', async () => {
    const lock = await acquire(one.deps, path, { instance: 'one', pid: 42 })
    const node = await two.read(path)

    expect(lock.isHeld()).toBe(true)
    expect(node?.data.toString()).toBe('{"instance":"one","pid":42}')
    expect(node?.stat).toMatchObject({ czxid: lock.number, ephemeralOwner: one.sessionId() })
    await lock.release()
    expect(lock.isHeld()).toBe(false)
    expect(await two.read(path)).toBeNull()
  })

  it('goes to who waits when it is released, with a larger number', async () => {
    const first = await acquire(one.deps, path, holder('one'))
    const waiting = acquire(two.deps, path, holder('two'))
    expect(await isPending(waiting)).toBe(true)

    await first.release()
    const second = await waiting

    expect(second.number).toBeGreaterThan(first.number)
    expect(second.isHeld()).toBe(true)
  })

  it('goes to who waits when its holder is cut off, within session, tick and two seconds', async () => {
    const first = await acquire(one.deps, path, holder('one'))
    const waiting = acquire(two.deps, path, holder('two'))
    expect(await isPending(waiting)).toBe(true)

    proxy.hold()
    const startedMs = performance.now()
    const second = await waiting

    expect(performance.now() - startedMs).toBeLessThan(sessionMs + 500 + 2_000)
    expect(second.number).toBeGreaterThan(first.number)
  })

  it('is reported lost when the session expired, not before anyone can know', async () => {
    const first = await acquire(one.deps, path, holder('one'))
    const reasons: string[] = []
    first.onLost(reason => reasons.push(reason))

    proxy.hold()
    const second = await acquire(two.deps, path, holder('two'))
    expect(reasons).toEqual([])
    expect(one.silentMs()).toBeGreaterThan(sessionMs / 2)
    proxy.mend()
    await until('the loss', () => reasons.length > 0)
    await first.release()

    expect(reasons).toEqual(['the ZooKeeper session expired'])
    expect(second.isHeld()).toBe(true)
    expect((await two.read(path))?.stat.czxid).toBe(second.number)
    const late: string[] = []
    first.onLost(reason => late.push(reason))
    await until('the late listener', () => late.length === 1)
  })

  it('is kept over a cut that is shorter than the session', async () => {
    const lock = await acquire(one.deps, path, holder('one'))
    const reasons: string[] = []
    lock.onLost(reason => reasons.push(reason))

    proxy.cut()
    await until('the return', () => one.events.includes('back') && one.isSettled())

    expect(reasons).toEqual([])
    expect(lock.isHeld()).toBe(true)
    expect((await two.read(path))?.stat.czxid).toBe(lock.number)
  })

  it('is reported lost when someone removes its node', async () => {
    const lock = await acquire(one.deps, path, holder('one'))
    const reasons: string[] = []
    lock.onLost(reason => reasons.push(reason))

    await two.remove(path)
    await until('the loss', () => reasons.length === 1)

    expect(reasons).toEqual(['its node was removed'])
  })

  it('is taken over at once from an earlier session of the same instance', async () => {
    const first = await acquire(one.deps, path, holder('same'))
    const reasons: string[] = []
    first.onLost(reason => reasons.push(reason))
    proxy.hold()

    const second = await Promise.race([
      acquire(two.deps, path, holder('same')),
      sleep(systemScheduler, sessionMs / 2),
    ])
    proxy.mend()
    await until('the loss', () => reasons.length === 1)

    expect((second as Lock).number).toBeGreaterThan(first.number)
    expect(reasons).toEqual(['another owner has it'])
    await first.release()
    expect((await two.read(path))?.stat.czxid).toBe((second as Lock).number)
  })

  it('is not taken from another who took it between the look and the replacement', async () => {
    const three = await openSession(inject('zookeeper'), sessionMs)
    const old = await acquire(one.deps, path, holder('same'))
    let taken: Lock | undefined
    const slow = {
      ...two,
      transaction: async (operations: Parameters<OpenSession['transaction']>[0]) => {
        if (taken === undefined) {
          await old.release()
          taken = await acquire(three.deps, path, holder('other'))
        }
        return two.transaction(operations)
      },
    }

    const replacing = acquire({ ...two.deps, session: slow }, path, holder('same'))

    await until('the race', () => taken !== undefined)
    expect(await isPending(replacing)).toBe(true)
    expect(taken?.isHeld()).toBe(true)
    await three.stop()
    expect((await replacing).number).toBeGreaterThan(taken?.number ?? 0)
  })

  it('leaves a node it cannot read alone', async () => {
    await two.ensure(path.slice(0, path.lastIndexOf('/')))
    await two.create(path, Buffer.from('not ours'), 'ephemeral')
    const waiting = acquire(one.deps, path, holder('one'))
    expect(await isPending(waiting)).toBe(true)

    await two.remove(path)

    expect((await waiting).isHeld()).toBe(true)
  })

  it('leaves no node behind when the wait for it is given up', async () => {
    const never = AbortSignal.abort(new Error('before'))
    await expect(acquire(one.deps, path, holder('one'), never)).rejects.toThrow('before')

    for (const waitMs of [0, 1, 2, 3, 5, 8]) {
      const abort = new AbortController()
      const waiting = acquire(one.deps, path, holder('one'), abort.signal)
      await sleep(systemScheduler, waitMs)
      abort.abort(new Error('no more'))
      const lock = await waiting.catch((error: unknown) => error as Error)
      if ('release' in lock) await lock.release()
      else expect(lock.message).toBe('no more')
      expect(await two.read(path)).toBeNull()
    }
  })

  it('has one holder at a time and growing numbers among many who want it', async () => {
    const sessions = await Promise.all([1, 2, 3, 4].map(() => openSession(inject('zookeeper'))))
    const numbers: number[] = []
    let heldCount = 0
    let heldCountMax = 0

    await Promise.all(
      sessions.map(async (session, index) => {
        for (let turn = 0; turn < 15; turn++) {
          const lock = await acquire(session.deps, path, holder(`instance-${index}`))
          heldCountMax = Math.max(heldCountMax, ++heldCount)
          numbers.push(lock.number)
          await sleep(systemScheduler, 1)
          heldCount--
          await lock.release()
        }
      }),
    )

    expect(heldCountMax).toBe(1)
    expect(numbers).toHaveLength(60)
    expect(numbers).toEqual(numbers.toSorted((less, more) => less - more))
    await Promise.all(sessions.map(session => session.stop()))
  })
})
