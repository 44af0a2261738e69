import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '@iris/local-stack/ports'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { acquire } from './lock.js'
import { openSession, until } from './testing/open-session.js'

const sessionMs = 6_000

describe('a session with three servers', () => {
  let dataDir: string
  let servers: readonly ZooKeeperServer[]

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-`))
    const ids = [1, 2, 3]
    const members: Record<string, string> = { initLimit: '20', syncLimit: '10' }
    for (const id of ids) members[`server.${id}`] = `127.0.0.1:${await freePort()}:${await freePort()}`
    servers = await Promise.all(
      ids.map(async id => {
        const own = join(dataDir, `zookeeper-${id}`)
        await mkdir(join(own, 'data'), { recursive: true })
        await writeFile(join(own, 'data', 'myid'), String(id))
        return startZooKeeper({ dataDir: own, config: members })
      }),
    )
  }, 120_000)
  afterAll(async () => {
    await Promise.all(servers.map(server => server.kill()))
    await rm(dataDir, { recursive: true, force: true })
  })

  it('moves with its locks and watches from one to the next when servers are killed in turn', async () => {
    const session = await openSession(servers.map(server => server.connection).join(), sessionMs)
    const seen: (string | undefined)[] = []
    await session.ensure('/moving')
    await session.create('/moving/node', Buffer.from('0'))
    session.watchData('/moving/node', node => seen.push(node?.data.toString()))
    const lock = await acquire(session.deps, '/moving/lock', { instance: 'one', pid: 1 })
    const id = session.sessionId()
    const lost: string[] = []
    lock.onLost(reason => lost.push(reason))

    for (const [turn, server] of servers.entries()) {
      await server.kill()
      await until('a server', () => session.isConnected() && session.isSettled(), 30_000)
      // A leader's end may leave nobody to write to for a moment.
      await until(
        'a write',
        () =>
          session.write('/moving/node', Buffer.from(`turn ${turn}`)).then(
            () => true,
            () => false,
          ),
        30_000,
      )
      await until('the change', () => seen.at(-1) === `turn ${turn}`, 30_000)
      await server.start()
    }

    expect(session.sessionId()).toBe(id)
    expect(session.events).not.toContain('expired')
    expect(lost).toEqual([])
    expect((await session.read('/moving/lock'))?.stat.czxid).toBe(lock.number)
    await lock.release()
    await session.stop()
  }, 120_000)
})
