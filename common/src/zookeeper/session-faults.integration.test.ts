import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { sleep, systemScheduler } from '../time/scheduler.js'
import { openSession, until, type OpenSession } from './testing/open-session.js'
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.js'
import { ZooUnavailableError } from './zoo-errors.js'

const sessionMs = 3_000
const text = (value: string): Buffer => Buffer.from(value)
let dataDir: string
let server: ZooKeeperServer
let runs = 0

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-`))
  server = await startZooKeeper({ dataDir: join(dataDir, 'zookeeper') })
})
afterAll(async () => {
  await server.kill()
  await rm(dataDir, { recursive: true, force: true })
})

describe('a session behind a wire that breaks', () => {
  let proxy: TcpProxy
  let session: OpenSession
  let other: OpenSession
  let root: string
  let seen: (string | undefined)[]
  let names: (string | undefined)[]

  beforeEach(async () => {
    proxy = await startTcpProxy(server.connection)
    session = await openSession(proxy.address, sessionMs)
    other = await openSession(server.connection)
    root = `/wire-${runs++}`
    await other.ensure(root)
    await other.create(`${root}/node`, text('before'))
    await session.create(`${root}/mine`, text(''), 'ephemeral')
    seen = []
    names = []
    session.watchData(`${root}/node`, node => seen.push(node?.data.toString()))
    session.watchData(`${root}/later`, node => seen.push(node?.data.toString()))
    session.watchChildren(root, children => names.push(children?.toSorted().join()))
    await until('the first look', () => session.isSettled())
    expect(seen).toEqual(['before', undefined])
  })
  afterEach(async () => {
    proxy.mend()
    await Promise.all([session.stop(), other.stop()])
    await proxy.close()
  })

  const changeTree = async (): Promise<void> => {
    await other.write(`${root}/node`, text('after'))
    await other.create(`${root}/later`, text('made'))
  }

  it('goes on with the same session after a cut, and sees what changed meanwhile', async () => {
    const id = session.sessionId()

    proxy.hold()
    await changeTree()
    proxy.cut()
    proxy.mend()
    const tookMs = await until('the return', () => session.events.includes('back') && seen.length === 4)

    expect(session.events).toEqual(['new', 'away', 'back'])
    expect(session.sessionId()).toBe(id)
    expect(seen.slice(2).toSorted()).toEqual(['after', 'made'])
    await until('the children', () => names.at(-1) === 'later,mine,node')
    expect(tookMs).toBeLessThan(5_000)
    expect((await other.read(`${root}/mine`))?.stat.ephemeralOwner).toBe(id)
  })

  it('says that it is away when the wire is silent, fails requests in time, and comes back', async () => {
    const id = session.sessionId()
    await until('an answered ping', () => session.silentMs() < 500)

    proxy.hold()
    const lost = session.write(`${root}/node`, text('lost')).catch((error: unknown) => error)
    await until('away', () => session.events.includes('away'))
    const silentMs = session.silentMs()
    const waiting = session.read(`${root}/node`)
    await sleep(systemScheduler, 200)
    proxy.mend()

    expect(silentMs).toBeGreaterThan(sessionMs * 0.6)
    expect(silentMs).toBeLessThan(sessionMs)
    await expect(waiting).resolves.not.toBeNull()
    expect(await lost).toMatchObject({ name: 'ZooUnavailableError', isOutcomeUnknown: true })
    expect(session.events).toEqual(['new', 'away', 'back'])
    expect(session.sessionId()).toBe(id)
    expect(session.silentMs()).toBeLessThan(sessionMs)
  })

  it('replaces a session that expired behind a silent wire, and watches on', async () => {
    const id = session.sessionId()

    proxy.hold()
    await until('the expiry', async () => (await other.read(`${root}/mine`)) === null, 4 * sessionMs)
    expect(session.events).toEqual(['new', 'away'])
    expect(session.silentMs()).toBeGreaterThan(sessionMs)
    await changeTree()
    proxy.mend()
    await until('a new session', () => session.events.includes('new', 1) && session.isSettled())

    expect(session.events).toEqual(['new', 'away', 'expired', 'new'])
    expect(session.sessionId()).not.toBe(id)
    expect(seen.slice(2).toSorted()).toEqual(['after', 'made'])
    expect(names.at(-1)).toBe('later,node')
    await other.write(`${root}/node`, text('later'))
    await until('the next change', () => seen.at(-1) === 'later')
  })

  it('survives thirty cuts in a row with one session', async () => {
    const id = session.sessionId()

    for (let cut = 0; cut < 30; cut++) {
      proxy.cut()
      await sleep(systemScheduler, 40)
    }
    await other.write(`${root}/node`, text('after'))
    await until('the change', () => seen.at(-1) === 'after')

    expect(session.sessionId()).toBe(id)
    expect(session.events).not.toContain('expired')
  })
})

describe('a session whose server fails', () => {
  let session: OpenSession
  let root: string

  beforeEach(async () => {
    session = await openSession(server.connection, sessionMs)
    root = `/server-${runs++}`
    await session.ensure(root)
    await session.create(`${root}/mine`, text(''), 'ephemeral')
  })
  afterEach(() => session.stop())

  it('goes on with the same session when the server is killed and comes back with its data', async () => {
    const id = session.sessionId()
    const seen: (string | undefined)[] = []
    session.watchData(`${root}/mine`, node => seen.push(node?.data.toString()))
    await until('the first look', () => seen.length === 1)

    await server.kill()
    await until('away', () => session.events.includes('away'))
    await expect(session.read('/')).rejects.toThrow(ZooUnavailableError)
    await server.start()
    await until('back', () => session.isConnected())

    expect(session.events).toEqual(['new', 'away', 'back'])
    expect(session.sessionId()).toBe(id)
    await session.write(`${root}/mine`, text('x'))
    await until('the change', () => seen.at(-1) === 'x')
  })

  it('has a live session and true watches after the server was frozen longer than the session', async () => {
    const id = session.sessionId()
    const seen: boolean[] = []
    session.watchData(`${root}/mine`, node => seen.push(node !== null))
    await until('the first look', () => seen.length === 1)

    server.pause()
    await sleep(systemScheduler, 2 * sessionMs)
    const silentMs = session.silentMs()
    server.resume()
    await until('a session', () => session.isConnected() && session.isSettled())

    expect(silentMs).toBeGreaterThan(sessionMs)
    const isSame = session.sessionId() === id
    expect(session.events.slice(0, 2)).toEqual(['new', 'away'])
    expect(session.events.at(-1)).toBe(isSame ? 'back' : 'new')
    expect(seen.at(-1)).toBe(isSame)
    const node = await session.read(`${root}/mine`)
    expect(node?.stat.ephemeralOwner).toBe(isSame ? id : undefined)
  })

  it('starts anew on a server that has lost its data', async () => {
    const seen: boolean[] = []
    session.watchChildren(root, names => seen.push(names !== null))
    await until('the first look', () => seen.length === 1)

    await server.kill()
    await rm(join(dataDir, 'zookeeper', 'data'), { recursive: true })
    await server.start()
    await until('a new session', () => session.events.includes('new', 1) && session.isSettled())

    expect(session.events.slice(-2)).toEqual(['expired', 'new'])
    expect(seen).toEqual([true, false])
    await session.ensure(root)
    await until('the node', () => seen.length === 3)
  })
})
