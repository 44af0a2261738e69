import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createZooSession, type ZooNode } from './session.js'
import { openSession, until, type OpenSession } from './testing/open-session.js'
import {
  BadVersionError,
  NodeExistsError,
  NoNodeError,
  NotEmptyError,
  ZooUnavailableError,
} from './zoo-errors.js'

const text = (value: string): Buffer => Buffer.from(value)
const shown = (node: ZooNode | null): string | undefined => node?.data.toString()

describe('a ZooKeeper session', () => {
  let session: OpenSession
  let root: string

  beforeEach(async () => {
    session = await openSession(inject('zookeeper'))
    root = `/test-${randomUUID()}`
    await session.ensure(`${root}/deep/er`)
  })
  afterEach(() => session.stop())

  it('reads what it wrote, with version, owner and times', async () => {
    const before = systemClock.now()
    const path = await session.create(`${root}/node`, text('one'))
    await session.write(path, text('two'), 0)

    const node = await session.read(path)

    expect(shown(node)).toBe('two')
    expect(node?.stat).toMatchObject({ version: 1, ephemeralOwner: '', childrenCount: 0 })
    expect(node?.stat.mzxid).toBeGreaterThan(node?.stat.czxid ?? 0)
    expect(Math.abs((node?.stat.ctimeMs ?? 0) - before)).toBeLessThan(5_000)
  })

  it('tells what is not there, what is there already, what changed and what has children', async () => {
    await session.create(`${root}/node`, text('one'))

    expect(await session.read(`${root}/missing`)).toBeNull()
    expect(await session.children(`${root}/missing`)).toBeNull()
    expect(await session.children(`${root}/node`)).toEqual([])
    await expect(session.create(`${root}/node`, text(''))).rejects.toThrow(NodeExistsError)
    await expect(session.create(`${root}/missing/node`, text(''))).rejects.toThrow(NoNodeError)
    await expect(session.write(`${root}/missing`, text(''))).rejects.toThrow(NoNodeError)
    await expect(session.write(`${root}/node`, text(''), 7)).rejects.toThrow(BadVersionError)
    await expect(session.remove(`${root}/node`, 7)).rejects.toThrow(BadVersionError)
    await expect(session.remove(`${root}/deep`)).rejects.toThrow(NotEmptyError)
    await expect(session.remove(`${root}/missing`)).rejects.toThrow(NoNodeError)
  })

  it('refuses before sending what the library cannot send', async () => {
    await expect(session.read('no-slash')).rejects.toThrow('cannot read no-slash')
    await expect(session.create(`${root}/big`, Buffer.alloc(1024 * 1024 + 1))).rejects.toThrow(
      'cannot create',
    )
    expect(shown(await session.read(root))).toBe('')
  })

  it('does a transaction whole or not at all', async () => {
    await session.create(`${root}/kept`, text('old'))

    const failing = session.transaction([
      { kind: 'write', path: `${root}/kept`, data: text('new') },
      { kind: 'create', path: `${root}/made`, data: text('x') },
      { kind: 'remove', path: `${root}/missing` },
    ])

    await expect(failing).rejects.toMatchObject({ name: 'NoNodeError', path: `${root}/missing` })
    expect(shown(await session.read(`${root}/kept`))).toBe('old')
    expect(await session.read(`${root}/made`)).toBeNull()

    await session.transaction([
      { kind: 'check', path: `${root}/kept`, version: 0 },
      { kind: 'write', path: `${root}/kept`, data: text('new'), version: 0 },
      { kind: 'create', path: `${root}/made`, data: text('x') },
      { kind: 'remove', path: `${root}/deep/er`, version: 0 },
    ])

    expect(shown(await session.read(`${root}/kept`))).toBe('new')
    expect(shown(await session.read(`${root}/made`))).toBe('x')
    expect(await session.children(`${root}/deep`)).toEqual([])
  })

  it.each(['check', 'write', 'remove'] as const)(
    'takes version 0 of a %s in a transaction at its word',
    async kind => {
      await session.create(`${root}/node`, text('one'))
      await session.write(`${root}/node`, text('two'))
      const operation = { kind, path: `${root}/node`, data: text('three'), version: 0 }

      await expect(session.transaction([operation])).rejects.toThrow(BadVersionError)

      expect(shown(await session.read(`${root}/node`))).toBe('two')
    },
  )

  it('makes numbered nodes and nodes that go with the session', async () => {
    const other = await openSession(inject('zookeeper'))
    const first = await other.create(`${root}/n-`, text(''), 'sequential')
    const second = await other.create(`${root}/n-`, text(''), 'ephemeralSequential')
    await other.create(`${root}/mine`, text(''), 'ephemeral')
    expect((await session.read(`${root}/mine`))?.stat.ephemeralOwner).toBe(other.sessionId())

    await other.stop()

    expect(second.slice(-10) > first.slice(-10)).toBe(true)
    expect(await session.read(first)).not.toBeNull()
    expect(await session.read(second)).toBeNull()
    expect(await session.read(`${root}/mine`)).toBeNull()
  })

  it('removes bound to a session only while that session is there', async () => {
    await session.create(`${root}/node`, text(''))

    await expect(session.remove(`${root}/node`, -1, '0x0000000000000001')).rejects.toThrow('is over')
    expect(await session.read(`${root}/node`)).not.toBeNull()
    await session.remove(`${root}/node`, -1, session.sessionId())

    expect(await session.read(`${root}/node`)).toBeNull()
  })

  it('watches data and children from before they are there until after they are gone', async () => {
    const data: (string | undefined)[] = []
    const names: (string | undefined)[] = []
    session.watchData(`${root}/node`, node => data.push(shown(node)))
    session.watchChildren(`${root}/node`, children => names.push(children?.join()))
    await until('the first look', () => data.length === 1 && names.length === 1)

    const step = async (change: () => Promise<unknown>): Promise<void> => {
      const seen = data.length + names.length
      await change()
      await until('the next value', () => data.length + names.length > seen && session.isSettled())
    }
    await step(() => session.create(`${root}/node`, text('one')))
    await step(() => session.create(`${root}/node/child`, text('')))
    await step(() => session.write(`${root}/node`, text('two')))
    await step(() => session.remove(`${root}/node/child`))
    await step(() => session.remove(`${root}/node`))
    await step(() => session.create(`${root}/node`, text('three')))

    expect(data).toEqual([undefined, 'one', 'two', undefined, 'three'])
    expect(names).toEqual([undefined, '', 'child', '', undefined, ''])
  })

  it('gives the present value to a second listener, and nothing after a cancel', async () => {
    const first: (string | undefined)[] = []
    const second: (string | undefined)[] = []
    await session.create(`${root}/node`, text('one'))
    const cancel = session.watchData(`${root}/node`, node => first.push(shown(node)))
    await until('the first look', () => first.length === 1)

    session.watchData(`${root}/node`, node => second.push(shown(node)))
    await until('the present value', () => second.length === 1)
    cancel()
    await session.write(`${root}/node`, text('two'))
    await until('the change', () => second.length === 2)

    expect(first).toEqual(['one'])
    expect(second).toEqual(['one', 'two'])
  })

  it('sees the last of many fast changes', async () => {
    const seen: (string | undefined)[] = []
    await session.create(`${root}/node`, text('0'))
    session.watchData(`${root}/node`, node => seen.push(shown(node)))

    for (let count = 1; count <= 200; count++) void session.write(`${root}/node`, text(String(count)))
    await until('the last change', () => seen.at(-1) === '200')

    expect(seen.length).toBeLessThanOrEqual(202)
  })

  it('works below a chroot', async () => {
    const below = await openSession(`${inject('zookeeper')}${root}`)
    const seen: (string | undefined)[] = []
    below.watchData('/node', node => seen.push(shown(node)))

    await below.transaction([{ kind: 'create', path: '/node', data: text('one') }])
    await until('the node', () => seen.at(-1) === 'one')

    expect(shown(await session.read(`${root}/node`))).toBe('one')
    await below.stop()
  })

  it('finds the server that lives among those that do not', async () => {
    const other = await openSession(`127.0.0.1:1,127.0.0.1:2,${inject('zookeeper')}`)

    expect(await other.children(root)).toEqual(['deep'])

    await other.stop()
  })

  it('fails what is asked after its end', async () => {
    const other = await openSession(inject('zookeeper'))
    await other.stop()

    await expect(other.read('/')).rejects.toThrow('it is stopped')
    await expect(other.read('/')).rejects.toThrow(ZooUnavailableError)
  })
})

describe('a ZooKeeper session without a server', () => {
  it('refuses to start with one sentence that names the servers, and can be started again', async () => {
    const deps = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
    const limits = { sessionTimeoutMs: 4_000, connectTimeoutMs: 700, requestTimeoutMs: 200 }
    const session = createZooSession(deps, { servers: '127.0.0.1:1,127.0.0.1:2', ...limits })

    const sentence =
      /^ZooKeeper at 127\.0\.0\.1:1, 127\.0\.0\.1:2 did not answer within 700 ms \(.*ECONNREFUSED/
    await expect(session.start()).rejects.toThrow(sentence)
    await expect(session.start()).rejects.toThrow(sentence)

    expect(session.isConnected()).toBe(false)
    expect(session.silentMs()).toBe(Number.POSITIVE_INFINITY)
    await expect(session.read('/')).rejects.toThrow('cannot read /: there is no connection within 200 ms')
  })
})
