import { describe, expect, it } from 'vitest'
import type { Task } from '@iris/common/tasks/task'
import { begun, finished, interrupted } from '@iris/common/tasks/task-states'
import { createLettersWorld, names, type LettersWorld } from '../dead-letters/testing/letters-world.js'
import { purgeDeadLetters } from '../dead-letters/purge.js'
import { keptMax, keptMs } from './add-task.js'
import { cancelTask } from './cancel-task.js'
import { listTasks, showTask } from './read-tasks.js'
import { redriveDeadLetters } from './redrive.js'

function filled(count = 6): LettersWorld {
  const world = createLettersWorld(2)
  for (let added = 0; added < count; added++) world.memory.letter({ lastStatus: added % 2 === 0 ? 500 : 404 })
  return world
}

async function redrive(world: LettersWorld, body: unknown): Promise<Task> {
  const redriven = await redriveDeadLetters(world.parts, names, { body, after: null })
  if (!('task' in redriven)) throw new Error('only counted')
  return redriven.task
}

const place = (task: Task) => ({ topic: task.topic, subscription: task.subscription, id: task.id })

describe('a redrive', () => {
  it('is a task over what is there now', async () => {
    const world = filled()
    const task = await redrive(world, { all: true, rate: 5, endpoint: 'http://user:pw@other.example/in' })
    world.memory.letter()

    expect(task.spec).toEqual({
      ranges: [{ partition: 0, from: 2, to: 8 }],
      rate: 5,
      endpoint: 'http://user:pw@other.example/in',
      selection: { all: true },
    })
    expect(world.guarded).toEqual(['http://user:pw@other.example/in'])
    expect(await showTask(world.parts, names, task.id)).toMatchObject({
      kind: 'redrive',
      state: 'waiting',
      waitsFor: 'no consumers process has taken it yet',
      asked: { all: true, rate: 5, endpoint: 'http://user:*****@other.example/in' },
      progress: { done: 0, failed: 0 },
    })
  })

  it.each([
    [{ ids: ['0-4', '0-6', '0-99'] }, { from: 4, to: 8 }],
    [{ ids: ['0-4'] }, { from: 4, to: 5 }],
    [{ ids: ['0-99'] }, { from: 99, to: 99 }],
    [{ filter: { status: 404 } }, { from: 2, to: 8 }],
  ])('of %j reads %j', async (body, range) => {
    expect((await redrive(filled(), body)).spec.ranges).toEqual([{ partition: 0, ...range }])
  })

  it('of nothing is a task that reads nothing', async () => {
    const world = filled(0)
    world.hasTopic = false

    expect((await redrive(world, { all: true })).spec.ranges).toEqual([{ partition: 0, from: 0, to: 0 }])
  })

  it('can be tried dry: it counts and makes no task', async () => {
    const world = filled()
    world.memory.close([{ first: 3, last: 3 }])
    const dry = async (body: object) =>
      redriveDeadLetters(world.parts, names, { body: { ...body, dryRun: true }, after: null })

    expect(await dry({ all: true })).toMatchObject({ dryRun: { total: 5, isComplete: true } })
    expect(await dry({ filter: { status: 404 } })).toMatchObject({ dryRun: { total: 2 } })
    expect(await dry({ ids: ['0-2', '0-3', '0-4'] })).toMatchObject({ dryRun: { total: 2 } })
    expect(world.tasks.held.size).toBe(0)
  })

  it('is one at a time, and nothing is purged meanwhile', async () => {
    const world = filled()
    const task = await redrive(world, { all: true })

    await expect(redrive(world, { all: true })).rejects.toMatchObject({ code: 'CONFLICT', status: 409 })
    const purging = purgeDeadLetters(world.parts, names, { body: { all: true }, after: null })
    await expect(purging).rejects.toMatchObject({ code: 'CONFLICT' })
    await cancelTask(world.parts, names, task.id)

    expect((await redrive(world, { all: true })).id).not.toBe(task.id)
  })

  it.each([
    [{}, 'Say which'],
    [{ all: true, speed: 5 }, 'speed is none of'],
    [{ all: true, rate: 0 }, 'rate must be'],
    [{ all: true, rate: '5' }, 'rate must be'],
    [{ all: true, dryRun: 'yes' }, 'dryRun must be'],
    [{ all: true, endpoint: 'jms://queue' }, 'endpoint must be'],
    [{ all: true, endpoint: 'http://u:*****@h/' }, 'masked'],
    [{ all: true, endpoint: 'http://in_valid/' }, 'Endpoint contains'],
  ])('asked for as %j is refused', async (body, problem) => {
    const world = filled()

    await expect(redrive(world, body)).rejects.toThrow(problem)

    expect(world.tasks.held.size).toBe(0)
  })
})

describe('the tasks of a subscription', () => {
  it('are listed newest first, a bounded number and for a bounded time', async () => {
    const world = filled()
    for (let count = 0; count < keptMax + 3; count++) {
      const task = await redrive(world, { all: true })
      await world.tasks.change(place(task), each => finished(begun(each, 'x', 1), world.time.now()))
      await world.time.advance(1_000)
    }
    const ids = (await listTasks(world.parts, names)).map(({ id }) => id)

    expect(ids).toHaveLength(keptMax)
    expect(ids[0]).toMatch(new RegExp(`-${keptMax - 1}$|-${keptMax}$`))
    await world.time.advance(keptMs)
    expect(await listTasks(world.parts, names)).toEqual([])
    expect(world.tasks.held.size).toBe(0)
  })

  it('wait for a suspended subscription, and say so', async () => {
    const world = filled()
    const task = await redrive(world, { all: true })
    const stored = await world.parts.store.subscription(names.topic, names.name)
    await world.parts.store.updateSubscription({ ...stored!.value, state: 'SUSPENDED' }, stored!.version)

    expect(await showTask(world.parts, names, task.id)).toMatchObject({
      state: 'waiting',
      waitsFor: 'the subscription is suspended',
    })
  })

  it('that do not exist are refused', async () => {
    const world = filled()

    for (const id of ['no', '../x', '']) {
      await expect(showTask(world.parts, names, id)).rejects.toMatchObject({
        code: 'TASK_NOT_EXISTS',
        status: 404,
      })
      await expect(cancelTask(world.parts, names, id)).rejects.toMatchObject({ code: 'TASK_NOT_EXISTS' })
    }
  })
})

describe('a cancel', () => {
  it('of what nobody works on is done at once, and twice', async () => {
    const world = filled()
    const task = await redrive(world, { all: true })

    expect(await cancelTask(world.parts, names, task.id)).toMatchObject({ state: 'cancelled' })
    expect(await cancelTask(world.parts, names, task.id)).toMatchObject({ state: 'cancelled' })
  })

  it('waits for the executor', async () => {
    const world = filled()
    const task = await redrive(world, { all: true })
    await world.tasks.change(place(task), each => begun(each, 'x', 1))

    const cancelling = cancelTask(world.parts, names, task.id)
    await world.time.advance(500)
    await world.tasks.change(place(task), each => interrupted(each, 2))
    await world.time.advance(100)

    expect(await cancelling).toMatchObject({ state: 'cancelled' })
  })

  it('that the executor does not confirm is answered as it stands', async () => {
    const world = filled()
    const task = await redrive(world, { all: true })
    await world.tasks.change(place(task), each => begun(each, 'x', 1))

    const cancelling = cancelTask(world.parts, names, task.id)
    for (let second = 0; second < 10; second++) await world.time.advance(1_000)

    expect(await cancelling).toMatchObject({ state: 'cancelling', executor: 'x' })
  })

  it('of what has ended changes nothing', async () => {
    const world = filled()
    const task = await redrive(world, { all: true })
    await world.tasks.change(place(task), each => finished(begun(each, 'x', 1), 2))

    expect(await cancelTask(world.parts, names, task.id)).toMatchObject({ state: 'done' })
  })
})
