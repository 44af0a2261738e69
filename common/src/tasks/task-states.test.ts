import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '../domain/names.js'
import { seededRandom, wholeBetween } from '../time/seeded-random.js'
import { failuresMax, newTask, readTask, writeTask, type Task } from './task.js'
import {
  begun,
  broken,
  cancelAsked,
  finished,
  interrupted,
  isExecutedBy,
  isOpen,
  progressed,
} from './task-states.js'

const asked = newTask({
  kind: 'redrive',
  id: 'redrive-1',
  topic: 'acme.orders' as TopicName,
  subscription: 'billing' as SubscriptionName,
  spec: { ranges: [{ partition: 0, from: 3, to: 9 }], rate: null, endpoint: null, selection: { all: true } },
  createdAt: 1,
  createdBy: 'somebody',
})

describe('a task', () => {
  it('waits at the beginning of what it has to read', () => {
    expect(asked).toMatchObject({ state: 'waiting', progress: { positions: [3], done: 0, total: null } })
    expect(readTask(writeTask(asked))).toEqual(asked)
  })

  it('goes from waiting over running to done', () => {
    const running = begun(asked, 'one', 5)
    const further = progressed(running, { ...running.progress, done: 2, positions: [6] }, [])
    const done = finished(further, 9)

    expect(running).toMatchObject({ state: 'running', executor: 'one', progress: { startedAt: 5 } })
    expect(done).toMatchObject({ state: 'done', executor: null, endedAt: 9, progress: { done: 2 } })
  })

  it('goes on after its executor died or gave it up, from where it was', () => {
    const further = progressed(begun(asked, 'one', 5), { ...asked.progress, done: 2, positions: [6] }, [])

    expect(begun(further, 'two', 7)).toMatchObject({
      state: 'running',
      executor: 'two',
      progress: { positions: [6] },
    })
    expect(interrupted(further, 7)).toMatchObject({ state: 'waiting', executor: null, progress: { done: 2 } })
  })

  it('is cancelled at once while nobody works on it, and by its executor otherwise', () => {
    const running = begun(asked, 'one', 5)
    const cancelling = cancelAsked(running, 6)

    expect(cancelAsked(asked, 6)).toMatchObject({ state: 'cancelled', endedAt: 6 })
    expect(cancelling).toMatchObject({ state: 'cancelling', endedAt: null })
    expect(interrupted(cancelling, 7)).toMatchObject({ state: 'cancelled', endedAt: 7 })
    expect(begun(cancelling, 'two', 8)).toMatchObject({ state: 'cancelled', endedAt: 8 })
    expect(finished(cancelling, 9)).toMatchObject({ state: 'done', endedAt: 9 })
  })

  it('belongs to the executor it names, and to no former one', () => {
    const running = begun(begun(asked, 'one', 5), 'two', 6)

    expect([isExecutedBy(running, 'one'), isExecutedBy(running, 'two')]).toEqual([false, true])
    expect(isExecutedBy(finished(running, 7), 'two')).toBe(false)
  })

  it('lists a bounded number of failures', () => {
    const failures = Array.from({ length: failuresMax + 1 }, (_each, id) => ({
      id: `0-${id}`,
      messageId: '',
      reason: '',
    }))

    expect(progressed(asked, asked.progress, failures).failures).toHaveLength(failuresMax)
  })

  it('never leaves an end and never forgets a cancel, whatever happens in whatever order', () => {
    const events: readonly ((task: Task, nowMs: number) => Task)[] = [
      (task, nowMs) => begun(task, `executor ${nowMs}`, nowMs),
      cancelAsked,
      (task, nowMs) => (task.executor === null ? task : interrupted(task, nowMs)),
      (task, nowMs) => (task.executor === null ? task : finished(task, nowMs)),
      (task, nowMs) => (task.executor === null ? task : broken(task, 'boom', nowMs)),
      task =>
        task.executor === null
          ? task
          : progressed(task, { ...task.progress, done: task.progress.done + 1 }, []),
    ]
    for (let seed = 1; seed <= 500; seed++) {
      const random = seededRandom(seed)
      let task = asked
      let isCancelled = false
      for (let step = 0; step < 30; step++) {
        const before = task
        const event = events[wholeBetween(random, 0, events.length - 1)]!
        task = event(task, step)
        if (!isOpen(before)) expect(task).toBe(before)
        if (isOpen(before) && event === cancelAsked) isCancelled = true
        if (isCancelled) expect(['cancelling', 'cancelled', 'done', 'failed']).toContain(task.state)
        expect(task.endedAt === null).toBe(isOpen(task))
        expect(task.progress.done).toBeGreaterThanOrEqual(before.progress.done)
      }
    }
  })
})

describe('a node', () => {
  it.each(['', '{}', '{"kind":"redrive"}', '[]', 'null'])('with %j is no task', text => {
    expect(readTask(Buffer.from(text))).toBeNull()
  })

  it('of another kind or state is no task', () => {
    expect(readTask(Buffer.from(JSON.stringify({ ...asked, kind: 'other' })))).toBeNull()
    expect(readTask(Buffer.from(JSON.stringify({ ...asked, state: 'RUNNING' })))).toBeNull()
  })
})
