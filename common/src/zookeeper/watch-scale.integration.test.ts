import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { sleep, systemScheduler } from '../time/scheduler.js'
import { openSession, until, type OpenSession } from './testing/open-session.js'
import { plant } from './testing/plant.js'
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.js'

const watchCount = 40_000
const paths = Array.from({ length: watchCount }, (_, index) => `/many/a-name-as-long-as-topics-have-${index}`)

describe('forty thousand watches', () => {
  let dataDir: string
  let server: ZooKeeperServer
  let proxy: TcpProxy
  let session: OpenSession
  let other: OpenSession
  const seen = new Map<string, string>()

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-`))
    server = await startZooKeeper({ dataDir: join(dataDir, 'zookeeper') })
    proxy = await startTcpProxy(server.connection)
    other = await openSession(server.connection, 10_000)
    await other.ensure('/many')
    await plant(other, paths, Buffer.from('0'))

    session = await openSession(proxy.address, 10_000)
    for (const path of paths)
      session.watchData(path, node => seen.set(path, node === null ? 'gone' : node.data.toString()))
    const tookMs = await until('the first look', () => seen.size === watchCount, 90_000)
    process.stdout.write(`first look at ${watchCount} nodes: ${tookMs} ms\n`)
  }, 150_000)
  afterAll(async () => {
    await Promise.all([session.stop(), other.stop()])
    await proxy.close()
    await server.kill()
    await rm(dataDir, { recursive: true, force: true })
  })

  /** Every four-hundredth node, which lie in all packets. */
  const some = paths.filter((_, index) => index % 400 === 0)
  const writeSome = (data: string): Promise<unknown> =>
    Promise.all(some.map(path => other.write(path, Buffer.from(data))))
  const hasSome = (data: string): boolean => some.every(path => seen.get(path) === data)

  it('are all set again within five seconds of a cut, with one new connection', async () => {
    const acceptedBefore = proxy.acceptedCount()

    proxy.hold()
    await writeSome('while cut')
    proxy.cut()
    proxy.mend()
    const settledMs = await until('all watched', () => session.events.includes('back') && session.isSettled())
    expect(hasSome('while cut')).toBe(true)
    await writeSome('after')
    const seenMs = await until('the changes', () => hasSome('after'))
    await sleep(systemScheduler, 2_000)

    process.stdout.write(`cut: watched again after ${settledMs} ms, 100 changes seen after ${seenMs} ms\n`)
    expect(settledMs).toBeLessThan(5_000)
    expect(session.events).toEqual(['new', 'away', 'back'])
    expect(proxy.acceptedCount()).toBe(acceptedBefore + 1)
  })

  it('are all set again when the session had to be replaced', async () => {
    const id = session.sessionId()
    await server.kill()
    await rm(join(dataDir, 'zookeeper', 'data'), { recursive: true })
    await server.start()
    const writer = await openSession(server.connection, 10_000)
    await writer.ensure('/many')
    await plant(writer, some, Buffer.from('another tree'))

    await until('a new session', () => session.sessionId() !== id && session.isConnected(), 30_000)
    const settledMs = await until('all watched', () => session.isSettled(), 90_000)

    process.stdout.write(`new session: everything read again after ${settledMs} ms\n`)
    expect(hasSome('another tree')).toBe(true)
    expect([...seen.values()].filter(value => value === 'gone').length).toBe(watchCount - some.length)
    await writer.stop()
  }, 150_000)
})
