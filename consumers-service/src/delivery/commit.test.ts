import { describe, expect, it } from 'vitest'
import { decodeCommitNote, encodeCommitNote } from '@iris/common/kafka/commit-metadata'
import { ForeignMemberError, type Offsets, type PartitionOffset } from '@iris/common/kafka/offsets'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createCommitter, type CommitGroup } from './commit.js'
import { PartitionWork } from './partition-work.js'
import { createWindow } from './settle.js'

function setUp() {
  const time = createVirtualTime()
  const kafka = new Map<number, PartitionOffset>()
  const commits: PartitionOffset[][] = []
  const answers = { delayMs: 0, error: null as Error | null }
  const offsets = {
    async commit(_group: string, _topic: string, rows: readonly PartitionOffset[]) {
      if (answers.delayMs > 0) await new Promise<void>(resolve => void time.after(answers.delayMs, resolve))
      if (answers.error !== null) throw answers.error
      commits.push([...rows])
      for (const row of rows) kafka.set(row.partition, row)
    },
    fetch: (_group: string, _topic: string, partitions: readonly number[]) =>
      Promise.resolve(partitions.map(partition => kafka.get(partition)!)),
  } as unknown as Offsets
  const figures = { commits: { value: 0 }, failures: { value: 0 }, stale: { value: 0 } }
  const committer = createCommitter(
    {
      offsets,
      clock: time,
      scheduler: time,
      log: silentLog,
      figures,
      isForeign: error => error instanceof ForeignMemberError,
    },
    { periodMs: 1000, recommitMs: 60_000, readBackMs: 10_000 },
  )
  const works: PartitionWork[] = []
  const foreign: Error[] = []
  const group: CommitGroup = {
    groupId: 'g',
    kafkaTopic: 't',
    works: () => works,
    foreign: error => foreign.push(error),
  }
  committer.add(group)
  const open = (partition: number, offset: number, lock = 5): PartitionWork => {
    const window = createWindow({ offset, note: null, wallLeadMs: 0, unsettledMax: 100, endsTogether: false })
    const work = new PartitionWork({ partition, window, lock, offset, isDoubtful: () => false })
    work.isReady = false
    work.follow({
      next: () => null,
      position: offset,
      endOffset: -1,
      seek: () => undefined,
      close: () => undefined,
    })
    works.push(work)
    return work
  }
  return { time, kafka, commits, answers, figures, committer, group, works, foreign, open }
}

describe('the committer', () => {
  it('commits each second what moved, and nothing when nothing did', async () => {
    const { time, commits, open, figures } = setUp()
    const work = open(0, 10)
    await time.advance(1000)
    expect(commits).toHaveLength(1)
    await time.advance(5000)
    expect(commits).toHaveLength(1)

    work.window.settle(work.window.receive(10))
    await time.advance(1000)
    expect(commits.at(-1)).toMatchObject([{ partition: 0, offset: 11 }])
    expect(figures.commits.value).toBe(2)
  })

  it('writes the lock number, what is settled above the prefix, and what waits', async () => {
    const { time, commits, open } = setUp()
    const work = open(0, 10)
    const [stuck, done] = [work.window.receive(10), work.window.receive(11)]
    work.window.tried(stuck, time.monotonic(), 2)
    work.window.settle(done)
    await time.advance(1000)

    const [row] = commits[0]!
    expect(row?.offset).toBe(10)
    expect(decodeCommitNote(10, row?.metadata ?? '')).toEqual({
      lock: 5,
      settled: [[11, 11]],
      waiting: [{ offset: 10, firstAttemptMs: 1_700_000_000_000, attempts: 2 }],
    })
  })

  it('commits everything it holds each minute, so that Kafka does not forget it', async () => {
    const { time, commits, open } = setUp()
    open(0, 10)
    await time.advance(125_000)

    expect(commits).toHaveLength(3)
  })

  it('moves over control records at the end of the log', async () => {
    const { time, commits, open } = setUp()
    const work = open(0, 10)
    Object.assign(work.follower, { position: 13 })
    await time.advance(1000)

    expect(commits.at(-1)).toMatchObject([{ offset: 13 }])
  })

  it('tries again what failed, and counts it', async () => {
    const { time, commits, open, answers, figures } = setUp()
    open(0, 10)
    answers.error = new Error('no coordinator')
    await time.advance(3000)
    expect(figures.failures.value).toBe(3)

    answers.error = null
    await time.advance(1000)
    expect(commits).toHaveLength(1)
  })

  it('tells the group when others read with it', async () => {
    const { time, open, answers, foreign } = setUp()
    open(0, 10)
    answers.error = new ForeignMemberError('g', 'UNKNOWN_MEMBER_ID')
    await time.advance(1000)

    expect(foreign).toHaveLength(1)
  })

  it('lets no commit of a group overtake another', async () => {
    const { time, commits, open, answers, committer, group } = setUp()
    const work = open(0, 10)
    answers.delayMs = 2500
    await time.advance(1000)
    work.window.settle(work.window.receive(10))
    let isDone = false
    void committer.commitNow(group, [work]).then(() => (isDone = true))
    await time.advance(2500)
    expect(isDone).toBe(false)
    await time.advance(2500)

    expect(isDone).toBe(true)
    expect(commits.map(rows => rows[0]?.offset)).toEqual([10, 11])
  })

  it('finds what a former owner wrote over its commit within ten seconds, and repairs it', async () => {
    const { time, kafka, commits, open, figures } = setUp()
    open(0, 10)
    await time.advance(2000)
    const metadata = encodeCommitNote(4, { lock: 3, settled: [], waiting: [] }) ?? ''
    kafka.set(0, { partition: 0, offset: 4, metadata })
    await time.advance(10_000)

    expect(figures.stale.value).toBe(1)
    expect(commits.at(-1)).toMatchObject([{ partition: 0, offset: 10 }])
  })

  it('leaves the commit of a later owner alone', async () => {
    const { time, kafka, open, figures } = setUp()
    open(0, 10)
    await time.advance(2000)
    const later = {
      partition: 0,
      offset: 20,
      metadata: encodeCommitNote(20, { lock: 9, settled: [], waiting: [] }) ?? '',
    }
    kafka.set(0, later)
    await time.advance(20_000)

    expect(figures.stale.value).toBe(0)
    expect(kafka.get(0)).toBe(later)
  })

  it('leaves what is being given away to its final commit', async () => {
    const { time, commits, open, committer, group } = setUp()
    const work = open(0, 10)
    work.isClosing = true
    await time.advance(3000)
    expect(commits).toEqual([])

    await committer.commitNow(group, [work])
    expect(commits).toHaveLength(1)
  })
})
