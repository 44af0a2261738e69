import { describe, expect, it } from 'vitest'
import { isOpen, percentOf, progressOf, stateOf, type Task } from './task-words.js'

const task: Task = {
  id: 'redrive-1',
  kind: 'redrive',
  topic: 'a.b',
  subscription: 's',
  state: 'running',
  createdAt: 0,
  createdBy: 'me',
  asked: {},
  progress: { total: 120, done: 59, failed: 1, rate: 50 },
  failures: [],
}

describe('a task', () => {
  it('tells how far it is', () => {
    expect(progressOf(task)).toBe('59 of 120 · 1 failed · 50/s')
    expect(percentOf(task)).toBe(50)
    expect(isOpen(task)).toBe(true)
  })

  it('counts what its filters kept out as behind it', () => {
    const replay: Task = { ...task, progress: { ...task.progress, filtered: 60 } }

    expect(percentOf(replay)).toBe(100)
    expect(progressOf(replay)).toContain('60 filtered out')
  })

  it('that nobody has counted has no percentage', () => {
    expect(percentOf({ ...task, progress: { done: 0, failed: 0, rate: 0 } })).toBeNull()
    expect(percentOf({ ...task, progress: { total: 0, done: 0, failed: 0, rate: 0 } })).toBe(100)
  })

  it('says why it waits, gets no further or failed', () => {
    expect(stateOf({ ...task, state: 'running', waitsFor: 'no attempt has succeeded for 4 s' })).toBe(
      'Running: no attempt has succeeded for 4 s',
    )
    expect(stateOf({ ...task, state: 'waiting', waitsFor: 'the subscription is suspended' })).toBe(
      'Waiting: the subscription is suspended',
    )
    expect(stateOf({ ...task, state: 'failed', error: 'no' })).toBe('Failed: no')
    expect(stateOf({ ...task, state: 'done' })).toBe('Done')
    expect(isOpen({ ...task, state: 'done' })).toBe(false)
  })
})
