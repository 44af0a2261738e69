import { describe, expect, it } from 'vitest'
import type { RunnerStatus } from './runner.js'
import { nothingRuns } from './runner.js'
import { troubleOf } from './trouble.js'

interface World {
  readonly attempts?: number
  readonly succeeded?: number
  readonly circuit?: string
  readonly heldBack?: string | null
  readonly isFenced?: boolean
  readonly filtered?: number
  readonly problem?: string | null
}

function statusWith(world: World): RunnerStatus {
  const { attempts = 0, succeeded = 0, circuit = 'closed', heldBack = null, isFenced = false } = world
  const { filtered = 0, problem = null } = world
  const failed = attempts > succeeded ? { outcome: '503', detail: 'answered 503', agoMs: 5 } : null
  return {
    ...nothingRuns,
    problem,
    pipeline: { pace: { circuit, why: 'attempts fail' }, heldBack, isFenced } as RunnerStatus['pipeline'],
    recent: {
      ...{ attempts, succeeded, lastFailure: failed },
      ended: { delivered: succeeded, givenUp: 0, filtered },
    } as RunnerStatus['recent'],
  }
}

describe('the trouble of a subscription of which something waits', () => {
  it.each<[string, World, string | null, string]>([
    ['is none while something succeeds', { attempts: 5, succeeded: 1 }, null, ''],
    ['is none before anything was tried', {}, null, ''],
    ['is a group with foreign members', { problem: 'a foreign member' }, 'NOT_RUNNING', 'a foreign member'],
    ['is the fence', { isFenced: true, heldBack: 'ZooKeeper is silent' }, 'FENCED', 'ZooKeeper is silent'],
    [
      'is the circuit, with the last attempt',
      { circuit: 'open', attempts: 2 },
      'CIRCUIT_OPEN',
      'attempts fail; the last attempt: answered 503',
    ],
    [
      'is an endpoint that took nothing in a minute',
      { attempts: 3 },
      'ENDPOINT_DOWN',
      'none of 3 attempts of the last minute succeeded; the last attempt: answered 503',
    ],
    ['is what holds it back', { heldBack: 'it waits for a schema' }, 'HELD_BACK', 'it waits for a schema'],
    ['is none while its filters pass over messages', { heldBack: 'x', filtered: 4 }, null, ''],
  ])('%s', (_what, world, cause, text) => {
    const trouble = troubleOf(statusWith(world))

    expect(trouble === null ? null : [trouble.cause, trouble.text]).toEqual(
      cause === null ? null : [cause, text],
    )
  })

  it('is none of what does not run here', () => expect(troubleOf(nothingRuns)).toBeNull())
})
