import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { openSession, until, type OpenSession } from '@iris/common/zookeeper/testing/open-session'
import { startTcpProxy, type TcpProxy } from '@iris/common/zookeeper/testing/tcp-proxy'
import { createFellows, type Fellows } from './fellows.js'

interface Frontend {
  readonly session: OpenSession
  readonly proxy: TcpProxy
  readonly fellows: Fellows
}

describe('fellows', () => {
  let root: string
  let all: Frontend[]

  beforeEach(() => {
    root = `/test-${randomUUID()}`
    all = []
  })
  afterEach(async () => {
    for (const { fellows, session, proxy } of all) {
      fellows.stop()
      proxy.mend()
      await session.stop()
      await proxy.close()
    }
  })

  const join = async (id: string, port: number): Promise<Frontend> => {
    const proxy = await startTcpProxy(inject('zookeeper'))
    const session = await openSession(proxy.address, 2_000)
    const fellows = createFellows(session.deps, zooPaths(root).iris)
    const frontend = { session, proxy, fellows }
    all.push(frontend)
    await fellows.join({ id, host: '127.0.0.1', port, pid: 1, startedMs: 1, token: 't' })
    return frontend
  }
  const ids = ({ fellows }: Frontend): string[] => fellows.all().map(({ id }) => id)

  it('know each other, and who leaves is gone at once', async () => {
    const a = await join('a', 1)
    expect(ids(a)).toEqual(['a'])
    const b = await join('b', 2)
    expect(ids(b)).toEqual(['a', 'b'])
    await until('a sees b', () => a.fellows.find('b')?.port === 2)

    await b.fellows.leave()

    await until('a sees b go', () => ids(a).join() === 'a')
    expect(b.fellows.self()?.id).toBe('b')
  })

  it('learn the new address of one that came back under its name', async () => {
    const a = await join('a', 1)
    const b = await join('b', 2)
    await b.session.stop()
    await join('b', 3)

    await until('the new port is known', () => a.fellows.find('b')?.port === 3)
  })

  it('are those last known while ZooKeeper is away, and all there again in new sessions', async () => {
    const a = await join('a', 1)
    const b = await join('b', 2)
    await until('a sees b', () => ids(a).length === 2)
    b.proxy.hold()

    await until('b is gone with its session', () => ids(a).join() === 'a')
    expect(ids(b)).toEqual(['a', 'b'])
    b.proxy.mend()

    await until('b is back', () => ids(a).length === 2 && ids(b).length === 2)
  })
})
