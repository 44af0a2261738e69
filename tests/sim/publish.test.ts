import { describe, expect, it } from 'vitest'
import { check, countOf, type Verdict } from '../chaos/checker.js'
import { joinRun } from '../chaos/joined-run.js'
import { simulatedPlan, simulatePublishing } from './publish-simulation.js'
import { laneUnderTest, lanelessQueue, type QueueUnderTest } from './queue-under-test.js'

const seeds = Array.from({ length: 60 }, (_, index) => index + 1)

const judge = async (
  seed: number,
  makeQueue: (nextProducerId: () => number) => QueueUnderTest,
): Promise<Verdict> => {
  const records = await simulatePublishing(seed, makeQueue)
  return check(joinRun(simulatedPlan, visit => records.forEach(each => visit(each))))
}

describe('publishing over a network that loses, delays and repeats', () => {
  it('loses, doubles, reorders and invents nothing with a lane a partition, in any seed', async () => {
    let acknowledged = 0
    let unknown = 0
    for (const seed of seeds) {
      const verdict = await judge(seed, laneUnderTest)

      expect(
        verdict.findings.filter(each => each.count > 0),
        `seed ${seed}`,
      ).toEqual([])
      acknowledged += verdict.figures.acknowledged
      unknown += verdict.figures.unknown
    }

    expect(acknowledged).toBeGreaterThan(seeds.length * 500)
    expect(unknown).toBeGreaterThan(seeds.length)
  }, 60_000)

  it('loses acknowledged messages without lanes, and the oracle sees it', async () => {
    for (const seed of seeds.slice(0, 5)) {
      const verdict = await judge(seed, lanelessQueue)

      expect(countOf(verdict, 'missing'), `seed ${seed}`).toBeGreaterThan(0)
    }
  }, 60_000)

  it('happens the same way for the same seed', async () => {
    const first = await simulatePublishing(9, laneUnderTest)
    const again = await simulatePublishing(9, laneUnderTest)

    expect(again).toEqual(first)
  })
})
