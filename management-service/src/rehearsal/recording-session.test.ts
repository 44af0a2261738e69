import { describe, expect, it } from 'vitest'
import type { ZooNode, ZooSession } from '@iris/common/zookeeper/session'
import {
  BadVersionError,
  NodeExistsError,
  NoNodeError,
  NotEmptyError,
} from '@iris/common/zookeeper/zoo-errors'
import { createRecordingSession, type RecordingSession } from './recording-session.js'

/** A tree that can be read only. */
function treeOf(nodes: Readonly<Record<string, string>>): ZooSession {
  const paths = Object.keys(nodes)
  const nodeOf = (data: string): ZooNode => ({
    data: Buffer.from(data),
    stat: { czxid: 1, mzxid: 1, version: 3, ctimeMs: 1, mtimeMs: 1, ephemeralOwner: '', childrenCount: 0 },
  })
  const refuse = (): never => {
    throw new Error('a dry run wrote')
  }
  return {
    read: async (path: string) => (path in nodes ? nodeOf(nodes[path] ?? '') : null),
    children: async (path: string) =>
      path in nodes
        ? paths
            .filter(each => each.startsWith(`${path}/`))
            .map(each => each.slice(path.length + 1).split('/')[0] ?? '')
        : null,
    ...{ create: refuse, write: refuse, remove: refuse, transaction: refuse, ensure: refuse },
  } as unknown as ZooSession
}

function over(nodes: Readonly<Record<string, string>>): RecordingSession {
  return createRecordingSession(treeOf(nodes), 5)
}

const told = ({ changes }: RecordingSession): string[] =>
  changes().map(
    ({ path, before, after }) =>
      `${path}: ${before?.data.toString() ?? '-'} > ${after?.data.toString() ?? '-'}`,
  )

describe('a session that writes nothing', () => {
  it('reads back what would be written, and tells it', async () => {
    const recorded = over({ '/a': 'old', '/b': 'x' })
    const { session } = recorded
    const stat = await session.write('/a', Buffer.from('new'), 3)
    await session.create('/a/child', Buffer.from('c'))
    await session.remove('/b')

    expect(stat.version).toBe(4)
    expect([(await session.read('/a'))?.data.toString(), await session.children('/a')]).toEqual([
      'new',
      ['child'],
    ])
    expect(await session.read('/b')).toBeNull()
    expect(told(recorded)).toEqual(['/a: old > new', '/a/child: - > c', '/b: x > -'])
  })

  it('tells nothing of what comes and goes, or is written as it was', async () => {
    const recorded = over({ '/a': 'same' })
    await recorded.session.create('/lock', Buffer.alloc(0), 'ephemeral')
    const lock = await recorded.session.read('/lock')
    await recorded.session.remove('/lock', -1, recorded.session.sessionId())
    await recorded.session.write('/a', Buffer.from('same'))

    expect(lock?.stat.ephemeralOwner).toBe(recorded.session.sessionId())
    expect(told(recorded)).toEqual([])
  })

  it('makes parents that are missing', async () => {
    const recorded = over({ '/a': '' })
    await recorded.session.ensure('/a/b/c')

    expect(told(recorded)).toEqual(['/a/b: - > ', '/a/b/c: - > '])
  })

  it('refuses what ZooKeeper would refuse', async () => {
    const { session } = over({ '/a': '', '/a/b': '' })

    await expect(session.create('/a', Buffer.alloc(0))).rejects.toThrow(NodeExistsError)
    await expect(session.create('/none/b', Buffer.alloc(0))).rejects.toThrow(NoNodeError)
    await expect(session.write('/a', Buffer.alloc(0), 2)).rejects.toThrow(BadVersionError)
    await expect(session.write('/none', Buffer.alloc(0))).rejects.toThrow(NoNodeError)
    await expect(session.remove('/a')).rejects.toThrow(NotEmptyError)
  })

  it('does all of a transaction or nothing', async () => {
    const recorded = over({ '/a': '', '/a/b': '' })
    const { session } = recorded
    const refused = session.transaction([
      { kind: 'remove', path: '/a/b' },
      { kind: 'check', path: '/a', version: 9 },
    ])

    await expect(refused).rejects.toThrow(BadVersionError)
    expect(told(recorded)).toEqual([])
    await session.transaction([
      { kind: 'remove', path: '/a/b' },
      { kind: 'remove', path: '/a' },
    ])
    expect(await session.children('/a')).toBeNull()
  })
})
