import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime } from '../time/virtual-time.js'
import type { Cluster } from './cluster.js'
import { createCoordinatorCalls } from './coordinator-calls.js'
import { ConnectionLost, UnsupportedBroker, type ApiCall } from './protocol/connection.js'
import { errorFor, kafkaCode } from './protocol/kafka-error.js'

const rig = (answers: (Error | string)[]) => {
  const time = createVirtualTime()
  const forgotten: string[] = []
  const purposes: string[] = []
  const timeouts: number[] = []
  const cluster = {
    coordinator: () => Promise.resolve(3),
    forgetCoordinator: (group: string) => void forgotten.push(group),
    connection: (_broker: number, purpose: string) => {
      purposes.push(purpose)
      const answer = answers.shift() ?? 'done'
      const request = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer))
      return Promise.resolve({ request })
    },
  } as unknown as Cluster
  const calls = createCoordinatorCalls(
    { cluster, log: silentLog, clock: time, scheduler: time },
    { requestTimeoutMs: 1_000, connectionsPerBroker: 3 },
  )
  const makeCall = (timeoutMs: number): ApiCall<string> => {
    timeouts.push(timeoutMs)
    return {} as ApiCall<string>
  }
  const ask = (group: string, kind: 'commit' | 'read' = 'commit') => {
    const outcome = calls.ask(group, kind, makeCall)
    outcome.catch(() => undefined)
    return outcome
  }
  return { time, forgotten, purposes, timeouts, ask }
}

describe('a call to a coordinator', () => {
  it.each([
    ['moved', errorFor(kafkaCode.NOT_COORDINATOR)],
    ['is loading', errorFor(kafkaCode.COORDINATOR_LOAD_IN_PROGRESS)],
    ['is being elected', errorFor(kafkaCode.COORDINATOR_NOT_AVAILABLE)],
    ['went away', new ConnectionLost('gone')],
  ])('is made again when it %s, with the time that is left', async (_name, error) => {
    const { time, forgotten, timeouts, ask } = rig([error, error])
    const outcome = ask('g')
    await time.advance(300)

    expect(await outcome).toBe('done')
    expect(forgotten).toEqual(['g', 'g'])
    expect(timeouts).toEqual([1_000, 900, 800])
  })

  it.each([
    ['a refusal', errorFor(kafkaCode.UNKNOWN_MEMBER_ID)],
    ['an unknown topic', errorFor(kafkaCode.UNKNOWN_TOPIC_OR_PARTITION)],
    ['a broker that is too old', new UnsupportedBroker('old')],
  ])('fails at once on %s', async (_name, error) => {
    const { forgotten, ask } = rig([error])

    await expect(ask('g')).rejects.toBe(error)
    expect(forgotten).toEqual([])
  })

  it('ends with the last error when the time is up', async () => {
    const error = errorFor(kafkaCode.NOT_COORDINATOR)
    const { time, timeouts, ask } = rig(Array<Error>(50).fill(error))
    const outcome = ask('g')
    await time.advance(2_000)

    await expect(outcome).rejects.toBe(error)
    expect(timeouts.length).toBeLessThanOrEqual(10)
  })

  it('keeps a group on one connection, spreads groups, and reads beside the commits', async () => {
    const { purposes, ask } = rig([])
    const groups = Array.from({ length: 30 }, (_, index) => `group-${index}`)
    for (const group of [...groups, ...groups]) await ask(group)
    await ask('group-1', 'read')

    expect(purposes.slice(0, 30)).toEqual(purposes.slice(30, 60))
    expect(new Set(purposes)).toEqual(
      new Set(['group-commit-0', 'group-commit-1', 'group-commit-2', 'group-read']),
    )
  })
})
