/**
 * Both controllers in the real pipeline against scripted receivers, under virtual time.
 */
import { describe, expect, it } from 'vitest'
import { simulateRate, type Simulation, type SimulationOptions } from '../testing/rate-simulation.js'
import {
  capacity,
  flapMs,
  idealCount,
  outage,
  scenarioInflight,
  scenarioRate,
  scenarios,
  type Scenario,
} from '../testing/receivers.js'

const runs = new Map<string, Promise<Simulation>>()

/** The same seed gives the same run, so claims may share it. */
function run(controller: SimulationOptions['controller'], scenario: Scenario): Promise<Simulation> {
  const key = `${controller} ${scenario.name}`
  const present = runs.get(key)
  if (present !== undefined) return present
  const limits = { rate: scenarioRate, inflightMax: scenarioInflight, forMs: scenario.forMs }
  const started = simulateRate({ controller, ...limits, receiver: scenario.receiver() })
  runs.set(key, started)
  return started
}
const adaptive = (scenario: Scenario): Promise<Simulation> => run('adaptive', scenario)

const countIn = (timesMs: readonly number[], fromMs: number, toMs: number): number =>
  timesMs.filter(each => each >= fromMs && each < toMs).length

/** The most in any second. */
function mostInSecond(timesMs: readonly number[]): number {
  let from = 0
  return timesMs.reduce((most, each, to) => {
    while (each - (timesMs[from] ?? 0) >= 1_000) from++
    return Math.max(most, to - from + 1)
  }, 0)
}

/** Standard deviation of the deliveries of each second, as a part of their mean. */
function unsteadiness({ deliveredMs }: Simulation, fromMs: number, toMs: number): number {
  const seconds = Array.from({ length: (toMs - fromMs) / 1_000 }, (_, index) =>
    countIn(deliveredMs, fromMs + index * 1_000, fromMs + (index + 1) * 1_000),
  )
  const mean = seconds.reduce((sum, each) => sum + each, 0) / seconds.length
  const variance = seconds.reduce((sum, each) => sum + (each - mean) ** 2, 0) / seconds.length
  return Math.sqrt(variance) / mean
}

describe.each(['adaptive', 'hermes'] as const)('the %s controller', controller => {
  it.each(Object.values(scenarios))('never exceeds the rate: $title', async scenario => {
    const { attemptsMs, samples } = await run(controller, scenario)

    expect(mostInSecond(attemptsMs)).toBeLessThanOrEqual(scenarioRate * 1.05 + 1)
    expect(Math.max(...samples.map(each => each.rate))).toBeLessThanOrEqual(scenarioRate)
  })
})

describe('the adaptive controller', () => {
  it.each<[Scenario, number]>([
    [scenarios.healthy, 0.99],
    [scenarios.tenthFails, 0.98],
    [scenarios.halfFails, 0.9],
    [scenarios.rejects, 0.95],
    [scenarios.throttles, 0.75],
    [scenarios.asksForTime, 0.95],
    [scenarios.queues, 0.95],
    [scenarios.slowsDown, 0.95],
    [scenarios.dead, 0.85],
    [scenarios.hangs, 0.85],
    [scenarios.flaps, 0.8],
  ])('delivers its share of what can be delivered: $title', async (scenario, share) => {
    const { deliveredMs, deadCount } = await adaptive(scenario)

    expect(deliveredMs.length / idealCount(scenario)).toBeGreaterThan(share)
    expect(deadCount).toBe(0)
  })

  it('delivers at four fifths and more with every tenth attempt failing, from the second second on', async () => {
    const { deliveredMs } = await adaptive(scenarios.tenthFails)

    expect(countIn(deliveredMs, 0, 2_000)).toBeGreaterThan(0.8 * 2 * scenarioRate)
    for (let atMs = 2_000; atMs < 10_000; atMs += 1_000)
      expect(countIn(deliveredMs, atMs, atMs + 1_000)).toBeGreaterThan(0.8 * scenarioRate)
  })

  it.each<[Scenario, number, number]>([
    [scenarios.dead, outage.fromMs + 1_000, 5],
    [scenarios.hangs, outage.fromMs + 2_000, 5],
    [scenarios.asksForTime, outage.fromMs + 1_000, 0],
    [scenarios.rejects, 1_000, 1.4 * capacity],
    [scenarios.queues, 6_500, 1.3 * capacity],
    [scenarios.throttles, 1_000, 1.3 * capacity],
  ])('reacts within a second, or one after the first timeout: $title', async (scenario, fromMs, most) => {
    const { attemptsMs } = await adaptive(scenario)

    expect(countIn(attemptsMs, fromMs, fromMs + 1_000)).toBeLessThanOrEqual(most)
  })

  it('probes seldom and more seldom an endpoint that is down', async () => {
    const { attemptsMs } = await adaptive(scenarios.dead)

    expect(countIn(attemptsMs, 12_000, 17_000)).toBeLessThanOrEqual(12)
    expect(countIn(attemptsMs, 30_000, 70_000)).toBeLessThanOrEqual(10)
    expect(countIn(attemptsMs, 30_000, 70_000)).toBeGreaterThan(3)
  })

  it.each<[Scenario]>([[scenarios.dead], [scenarios.hangs], [scenarios.asksForTime]])(
    'is back at full speed within a second of the probe that finds an end: $title',
    async scenario => {
      const { deliveredMs } = await adaptive(scenario)
      const foundMs = deliveredMs.find(each => each >= outage.toMs)!

      expect(foundMs - outage.toMs).toBeLessThan((outage.toMs - outage.fromMs) / 8 + 1_000)
      expect(countIn(deliveredMs, foundMs + 1_000, foundMs + 2_000)).toBeGreaterThan(0.95 * scenarioRate)
    },
  )

  it('is back at full speed in every turn of an endpoint that flaps', async () => {
    const { deliveredMs } = await adaptive(scenarios.flaps)

    for (let upMs = 2 * flapMs; upMs < scenarios.flaps.forMs; upMs += 2 * flapMs)
      expect(countIn(deliveredMs, upMs + 2_000, upMs + flapMs)).toBeGreaterThan(0.9 * scenarioRate)
  })

  it.each<[Scenario]>([[scenarios.rejects], [scenarios.queues]])(
    'finds what the endpoint takes and stays there: $title',
    async scenario => {
      const simulation = await adaptive(scenario)
      const late = simulation.samples.filter(each => each.atMs >= 30_000)

      expect(unsteadiness(simulation, 30_000, 60_000)).toBeLessThan(0.05)
      expect(Math.min(...late.map(each => each.rate))).toBeGreaterThan(0.85 * capacity)
      expect(Math.max(...late.map(each => each.rate))).toBeLessThan(1.25 * capacity)
      expect(countIn(simulation.attemptsMs, 30_000, 60_000)).toBeLessThan(1.15 * 30 * capacity)
    },
  )

  it('learns within seconds to deliver new messages at once beside some that always fail', async () => {
    const limits = { rate: scenarioRate, inflightMax: scenarioInflight, forMs: 120_000, traffic: 2 }
    const receiver = (_atMs: number, offset: number): { status: number; afterMs: number } => ({
      status: offset < 3 ? 500 : 200,
      afterMs: 20,
    })
    const { delaysMs } = await simulateRate({ controller: 'adaptive', ...limits, receiver })

    expect(delaysMs.length).toBeGreaterThan(2 * 120 - 6)
    expect(Math.max(...delaysMs)).toBeLessThan(3_000)
    expect(Math.max(...delaysMs.slice(20))).toBeLessThan(100)
  })
})

describe("Hermes' controller", () => {
  it('goes to a message a second and then a minute when most attempts fail, period by period', async () => {
    const { samples, attemptsMs } = await run('hermes', scenarios.dead)
    const changes = samples.flatMap(({ mode, atMs }, index) =>
      mode === samples[index - 1]?.mode ? [] : [[mode, Math.round(atMs / 1_000)]],
    )

    expect(changes).toEqual([
      ['normal', 0],
      ['slow', 30],
      ['heartbeat', 60],
    ])
    expect(countIn(attemptsMs, 31_000, 59_000)).toBeLessThanOrEqual(29)
  })

  it('slows down and stays slow with every tenth attempt failing', async () => {
    const { samples } = await run('hermes', scenarios.tenthFails)

    expect(samples.at(-1)?.rate).toBeCloseTo(0.8 ** 2 * scenarioRate, 0)
  })
})
