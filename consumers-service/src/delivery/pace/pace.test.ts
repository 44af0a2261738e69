import { describe, expect, it } from 'vitest'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Log } from '@iris/common/lifecycle/log'
import type { Verdict } from '../judge.js'
import { paceOptions } from '../testing/outside.js'
import { answerOf } from '../testing/pipeline-world.js'
import { createPaceMaker } from './pace-maker.js'
import type { Pace } from './pace.js'

const limits = { max: 100, timeoutMs: 1_000 }
const delivered: Verdict = { kind: 'delivered' }
const retry: Verdict = {
  kind: 'retry',
  reason: '',
  cause: '500',
  status: 500,
  retryAfterMs: null,
  isCounted: true,
}

interface World {
  readonly time: ReturnType<typeof createVirtualTime>
  readonly pace: Pace
  readonly logged: string[]
  attempt(verdict: Verdict, status: number, retryAfter?: string): void
}

function world(controller: 'adaptive' | 'hermes' = 'adaptive'): World {
  const time = createVirtualTime()
  const logged: string[] = []
  const note =
    (level: string) =>
    (event: string, fields?: Readonly<Record<string, unknown>>): void =>
      void logged.push(`${level} ${event} ${String(fields?.['from'])} > ${String(fields?.['to'])}`)
  const log: Log = {
    ...{ debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
    child: () => log,
  }
  const pace = createPaceMaker({ clock: time }, { ...paceOptions, controller })(
    { deliveryType: 'SERIAL' },
    log,
  )(limits)
  return {
    ...{ time, pace, logged },
    attempt(verdict, status, retryAfter) {
      const nowMs = time.monotonic()
      pace.began(nowMs)
      const result = answerOf(status, { retryAfter: retryAfter ?? null })
      pace.ended({ attemptedAtMs: nowMs, attempts: 0 }, result, verdict, nowMs)
    },
  }
}

async function downed(): Promise<World> {
  const made = world()
  for (let count = 0; count < 11; count++) {
    made.attempt(retry, 500)
    await made.time.advance(20)
  }
  return made
}

describe('the pace of a subscription', () => {
  it('is its share of the rate while the endpoint keeps up', async () => {
    const { pace, attempt, time } = world()
    for (let count = 0; count < 5; count++) attempt(delivered, 200)
    expect(pace.waitMs(time.monotonic(), true)).toBeCloseTo(10)
    await time.advance(10)

    expect(pace.waitMs(time.monotonic(), true)).toBe(0)
    expect(pace.status(time.monotonic())).toEqual({
      ...{ mode: 'full', since: 1_700_000_000_000, rate: 100, maxRate: 100, circuit: 'closed' },
      ...{ why: 'the endpoint keeps up', next: 'it goes on like this' },
    })
  })

  it('waits as an answer asks, in seconds or to a date', async () => {
    const seconds = world()
    seconds.attempt(retry, 503, '7')
    const date = world()
    date.attempt(retry, 429, new Date(date.time.now() + 8_000).toUTCString())
    const junk = world()
    junk.attempt(retry, 503, 'soon')

    expect([seconds, date, junk].map(each => each.pace.waitMs(0, true))).toEqual([
      7_000,
      expect.closeTo(8_000, -3),
      0,
    ])
    expect(seconds.pace.status(0)).toMatchObject({ mode: 'holding', rate: 0, circuit: 'closed' })
    await seconds.time.advance(7_000)
    expect(seconds.pace.waitMs(7_000, true)).toBe(0)
  })

  it('says in the log when it changes, a pause and its end louder and at once', async () => {
    const { pace, attempt, time, logged } = await downed()
    expect(logged).toEqual(['info delivery.paceChanged full > probing'])
    expect(pace.status(time.monotonic()).circuit).toBe('probing')
    await time.advance(paceOptions.adaptive.pauseAfterMs)
    attempt(retry, 500)
    attempt(delivered, 200)

    expect(logged.slice(1)).toEqual([
      'warn delivery.pausedByItself probing > paused',
      'info delivery.resumedByItself paused > recovering',
    ])
  })

  it('says no more than one other change a second', async () => {
    const { attempt, time, logged } = await downed()
    attempt(delivered, 200)
    expect(logged).toHaveLength(1)
    await time.advance(1_000)
    attempt(delivered, 200)

    expect(logged.slice(1)).toEqual(['info delivery.paceChanged probing > recovering'])
  })

  it('sends the next probe after one whose result nobody will hear', async () => {
    const { pace, time } = await downed()
    await time.advance(1_000)
    const nowMs = time.monotonic()
    pace.began(nowMs)
    expect(pace.waitMs(nowMs + 5_000, true)).toBe(Infinity)
    pace.abandoned({ attemptedAtMs: nowMs, attempts: 0 }, nowMs + 100)

    expect(pace.waitMs(nowMs + 5_000, true)).toBe(0)
  })

  it("follows Hermes' table where it is told to", async () => {
    const { pace, attempt, time } = world('hermes')
    attempt(retry, 500)
    await time.advance(paceOptions.hermes.periodMs)

    expect(pace.status(time.monotonic())).toMatchObject({ mode: 'slow', rate: 1, circuit: 'closed' })
    expect(pace.waitMs(time.monotonic(), true)).toBe(0)
    attempt(retry, 500)
    expect(pace.waitMs(time.monotonic(), true)).toBeCloseTo(1_000)
  })
})
