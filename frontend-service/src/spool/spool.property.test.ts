import { describe, expect, it } from 'vitest'
import { seededRandom, wholeBetween } from '@iris/common/time/seeded-random'
import type { Random } from '@iris/common/time/clock'
import type { Logged } from './testing/scripted-producer.js'
import { createMemoryDisk, type MemoryDisk } from './testing/memory-disk.js'
import { messageOf, openWorld, type SpoolWorld, type TestMessage } from './testing/spool-world.js'

const topics = ['acme.a', 'acme.b'] as const
const keys = ['a', 'b', null] as const
const livesOfRun = 4
const stepsOfLife = 25
const seeds = 150

interface Run {
  readonly random: Random
  readonly messages: TestMessage[]
  /** What Kafka has, over all lives. */
  readonly log: Logged[]
}

const pick = <T>(random: Random, from: readonly T[]): T => from[wholeBetween(random, 0, from.length - 1)] as T

/** Some turns of the event loop, so that a crash meets the work anywhere. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

function publish(run: Run, world: SpoolWorld): void {
  const { random, messages } = run
  const body = JSON.stringify({ n: messages.length, fill: 'x'.repeat(wholeBetween(random, 0, 600)) })
  const message = messageOf(`m${messages.length}`, {
    topic: pick(random, topics),
    key: pick(random, keys),
    body,
  })
  messages.push(message)
  world.spool.accept(message)
}

async function step(run: Run, world: SpoolWorld, disk: MemoryDisk): Promise<void> {
  const { random } = run
  const dice = random()
  if (dice < 0.5) for (let left = wholeBetween(random, 1, 5); left > 0; left--) publish(run, world)
  else if (dice < 0.7) world.producer.answer(random)
  else if (dice < 0.75) disk.capacity = disk.usedBytes() + wholeBetween(random, 0, 1_500)
  else if (dice < 0.8) disk.capacity = Infinity
  else if (dice < 0.83) disk.failingSyncs = 1
  else if (dice < 0.9) await world.time.advance(wholeBetween(random, 1, 700))
  await turns(wholeBetween(random, 0, 60))
}

/** Several lives over one disk, each ended by a loss of power; then a last one that brings all to Kafka. */
async function live(seed: number): Promise<Run> {
  const run: Run = { random: seededRandom(seed), messages: [], log: [] }
  let disk = createMemoryDisk()
  for (let life = 0; life < livesOfRun; life++) {
    const world = await openWorld(disk)
    for (let left = stepsOfLife; left > 0; left--) await step(run, world, disk)
    disk = disk.crash(run.random)
    run.log.push(...world.producer.log)
  }
  disk.capacity = Infinity
  const { spool, producer, time } = await openWorld(disk)
  for (let left = 500; spool.messageCount() > 0 && left > 0; left--) {
    producer.answer()
    await time.advance(1_000)
    await turns(100)
  }
  expect(spool.messageCount()).toBe(0)
  run.log.push(...producer.log)
  return run
}

/** The messages of one topic and key as they first came to Kafka, in order. */
function firstTimes(log: readonly Logged[], topic: string, key: string | null): string[] {
  const ids = log.filter(each => each.topic === `k_${topic}` && each.key === key).map(each => each.id)
  return [...new Set(ids)]
}

describe('whatever crashes, fills up or does not answer', () => {
  it('loses no message that was told kept, makes up none, and keeps the order of each key', async () => {
    let crashesSurvived = 0
    for (let seed = 1; seed <= seeds; seed++) {
      const { messages, log } = await live(seed)
      const seen = new Set(log.map(each => each.id))
      const byId = new Map(messages.map(message => [message.id, message]))

      const lost = messages.filter(each => each.keeping?.kind === 'kept' && !seen.has(each.id))
      expect(
        lost.map(each => each.id),
        `lost under seed ${seed}`,
      ).toEqual([])
      for (const { id, value } of log) {
        const message = byId.get(id)
        expect(value, `changed under seed ${seed}`).toBe(
          Buffer.concat([...(message?.value ?? [])]).toString(),
        )
        const isForbidden = message?.keeping?.kind === 'full'
        expect(isForbidden, `${id} was refused and came under seed ${seed}`).toBe(false)
      }
      for (const topic of topics) {
        for (const key of ['a', 'b']) {
          const came = firstTimes(log, topic, key)
          const order = [...came].sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)))
          expect(came, `order of ${topic} ${key} under seed ${seed}`).toEqual(order)
        }
      }
      crashesSurvived += livesOfRun
    }
    expect(crashesSurvived).toBe(seeds * livesOfRun)
  }, 60_000)
})
