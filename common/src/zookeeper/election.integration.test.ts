import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { sleep, systemScheduler } from '../time/scheduler.js'
import { createElection, type Election } from './election.js'
import { openSession, until, type OpenSession } from './testing/open-session.js'
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.js'

const sessionMs = 2_000

interface Candidate {
  readonly session: OpenSession
  readonly proxy: TcpProxy
  readonly election: Election
  readonly changes: boolean[]
}

describe('an election', () => {
  let path: string
  let all: Candidate[]
  let leadersMax: number

  beforeEach(() => {
    path = `/test-${randomUUID()}/leader`
    all = []
    leadersMax = 0
  })
  afterEach(async () => {
    for (const { election, session, proxy } of all) {
      proxy.mend()
      await election.stop()
      await session.stop()
      await proxy.close()
    }
  })

  const leaders = (): Candidate[] => all.filter(each => each.election.isLeader())
  const stand = async (): Promise<Candidate> => {
    const proxy = await startTcpProxy(inject('zookeeper'))
    const session = await openSession(proxy.address, sessionMs)
    const election = createElection(session.deps, { path, data: Buffer.from('{}') })
    const candidate: Candidate = { session, proxy, election, changes: [] }
    election.onChange(isLeader => {
      candidate.changes.push(isLeader)
      leadersMax = Math.max(leadersMax, leaders().length)
    })
    election.start()
    all.push(candidate)
    await until('the candidacy', async () => (await session.children(path))?.length === all.length)
    return candidate
  }

  it('makes the first candidate the leader, and the next when it withdraws', async () => {
    const first = await stand()
    await until('the first leader', () => first.election.isLeader())
    const second = await stand()
    const third = await stand()
    await sleep(systemScheduler, 100)
    expect(leaders()).toEqual([first])

    await first.election.stop()
    await until('the second leader', () => second.election.isLeader())

    expect(first.changes).toEqual([true, false])
    expect(third.changes).toEqual([])
    expect(leadersMax).toBe(1)
  })

  it('passes over a candidate that leaves before its turn', async () => {
    const first = await stand()
    const second = await stand()
    const third = await stand()
    await until('the first leader', () => first.election.isLeader())

    await second.election.stop()
    await sleep(systemScheduler, 100)
    expect(leaders()).toEqual([first])
    await first.election.stop()
    await until('the third leader', () => third.election.isLeader())

    expect(second.changes).toEqual([])
  })

  it('replaces a leader that is cut off within session, tick and two seconds; it knew before', async () => {
    const first = await stand()
    await until('the first leader', () => first.election.isLeader())
    const second = await stand()

    first.proxy.hold()
    let firstEndedMs = Number.NaN
    const startedMs = performance.now()
    first.election.onChange(() => (firstEndedMs = performance.now() - startedMs))
    await until('the second leader', () => second.election.isLeader())
    const secondBeganMs = performance.now() - startedMs
    first.proxy.mend()
    await until('a new candidacy', async () => (await second.session.children(path))?.length === 2)
    await sleep(systemScheduler, 200)

    expect(secondBeganMs).toBeLessThan(sessionMs + 500 + 2_000)
    expect(firstEndedMs).toBeLessThan(secondBeganMs)
    expect(leadersMax).toBe(1)
    expect(leaders()).toEqual([second])
    expect(first.changes).toEqual([true, false])
  })

  it('gives the lead back after a cut shorter than the session', async () => {
    const first = await stand()
    await until('the first leader', () => first.election.isLeader())
    const second = await stand()

    first.proxy.cut()
    await until('the lead again', () => first.changes.length === 3)

    expect(first.changes).toEqual([true, false, true])
    expect(second.changes).toEqual([])
    expect(await second.session.children(path)).toHaveLength(2)
  })

  it('stands again when its node is removed by hand', async () => {
    const first = await stand()
    await until('the first leader', () => first.election.isLeader())
    const second = await stand()
    const [node = ''] = ((await second.session.children(path)) ?? []).toSorted((one, other) =>
      one.slice(-10) < other.slice(-10) ? -1 : 1,
    )

    await second.session.remove(`${path}/${node}`)
    await until('the second leader', () => second.election.isLeader())
    await until('both candidates', async () => (await second.session.children(path))?.length === 2)

    expect(leaders()).toEqual([second])
    expect(leadersMax).toBe(1)
  })
})
