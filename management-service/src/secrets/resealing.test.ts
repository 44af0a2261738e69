import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Resealed } from '../store/resealing.js'
import { createResealing, type ResealingParts } from './resealing.js'

type Store = ResealingParts['store']

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

function world(answers: Readonly<Record<string, Resealed>>, wait: () => Promise<void> = async () => {}) {
  const asked: string[] = []
  const answer = async (name: string): Promise<Resealed> => {
    asked.push(name)
    await wait()
    return answers[name] ?? 'current'
  }
  const store = {
    oAuthProviders: () => Promise.resolve(['idp']),
    groups: () => Promise.resolve(['g']),
    topics: () => Promise.resolve(['g.a', 'g.b']),
    subscriptions: (topic: string) => Promise.resolve(topic === 'g.a' ? ['one', 'two'] : ['three']),
    resealSubscription: (topic: string, name: string) => answer(`${topic}$${name}`),
    resealProvider: answer,
    openTasks: () => Promise.resolve([{ topic: 'g.a', subscription: 'one', id: 'redrive-1' }]),
    resealTask: ({ id }: { readonly id: string }) => answer(id),
  } as unknown as Store
  const resealing = createResealing({ store, clock: createVirtualTime(), log: silentLog })
  return { resealing, asked, store }
}

describe('sealing all secrets anew', () => {
  it('looks at each provider, subscription and open task, and tells what it changed and could not open', async () => {
    const { resealing, asked } = world({
      ...{ idp: 'changed', 'g.a$two': 'unreadable', 'g.b$three': 'changed' },
      'redrive-1': 'unreadable',
    })
    expect(resealing.progress()).toEqual({ state: 'none' })

    expect(resealing.begin()).toMatchObject({ state: 'running', looked: 0 })
    await settled()

    expect(asked.toSorted()).toEqual(['g.a$one', 'g.a$two', 'g.b$three', 'idp', 'redrive-1'])
    expect(resealing.progress()).toMatchObject({
      ...{ state: 'done', topics: 2, topicsDone: 2, looked: 5, changed: 2 },
      unreadable: ['subscription g.a$two', 'task redrive-1 of g.a$one'],
    })
  })

  it('runs once at a time and may run again', async () => {
    const { resealing } = world({})
    resealing.begin()

    expect(() => resealing.begin()).toThrow(/already/)
    await settled()
    expect(resealing.begin()).toMatchObject({ state: 'running' })
    await settled()
  })

  it('ends where it is cancelled', async () => {
    let go = (): void => undefined
    const { resealing, asked } = world({}, () => new Promise(resolve => (go = resolve)))
    resealing.begin()
    await settled()

    expect(resealing.cancel()).toMatchObject({ state: 'cancelled' })
    go()
    await settled()

    expect(asked).toEqual(['idp'])
    expect(resealing.progress()).toMatchObject({ state: 'cancelled', looked: 1 })
    expect(resealing.progress()).toHaveProperty('endedAt')
  })

  it('says why it failed', async () => {
    const { resealing } = world({}, () => Promise.reject(new Error('ZooKeeper does not answer')))
    resealing.begin()
    await settled()

    expect(resealing.progress()).toMatchObject({ state: 'failed', error: 'ZooKeeper does not answer' })
  })
})
