import { describe, expect, it } from 'vitest'
import { createClosedOffsets } from '@iris/common/dead-letters/closed-offsets'
import { walkBack } from '@iris/common/dead-letters/walk'
import { seededRandom, wholeBetween } from '@iris/common/time/seeded-random'
import { createRedriveWorld, type RedriveWorld } from './testing/redrive-world.js'

/** What an operator would still see, as bodies. */
async function listed({ memory }: RedriveWorld): Promise<readonly string[]> {
  const bodies: string[] = []
  await walkBack<string>(memory.log, {
    closed: createClosedOffsets(memory.first, memory.next),
    ...{ before: memory.next, windowFirst: 10, bytesOf: () => 0, mayGoOn: () => true },
    pick: entry => entry.value?.toString() ?? '',
    take: (_offset, body) => bodies.push(body) > 0,
  })
  return bodies
}

describe('a redrive whose executors are killed, interrupted and replaced at any moment', () => {
  it('delivers each letter at least once or leaves it listed; none vanishes, in 200 histories', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed)
      const chance = (max: number): number => wholeBetween(random, 0, max - 1)
      const world = createRedriveWorld({
        answer: () => ({ status: [200, 200, 200, 400, 500][chance(5)] ?? 200, afterMs: chance(1_500) }),
      })
      const open: string[] = []
      for (let count = 1 + chance(25); count > 0; count--) {
        const body = `letter ${world.memory.next}`
        const offset = world.memory.letter({}, body)
        if (chance(6) === 0) world.memory.close([{ first: offset, last: offset }], 'purged')
        else open.push(body)
      }
      await world.start()

      for (let executor = 0; executor < 40 && (await world.task()).state !== 'done'; executor++) {
        const run = world.execute()
        for (let left = 1 + chance(executor < 6 ? 40 : 400); left > 0 && !run.isOver(); left--)
          await world.time.advance(100)
        if (chance(2) === 0) run.kill()
        else {
          run.interrupt()
          while (!run.isOver()) await world.time.advance(100)
        }
        // What a killed one had sent arrives all the same, and changes nothing.
        await world.time.advance(2_000)
        const seen = new Set([...world.delivered, ...(await listed(world))])
        expect(
          open.filter(body => !seen.has(body)),
          `seed ${seed}`,
        ).toEqual([])
      }

      const task = await world.task()
      const rest = await listed(world)
      expect(task.state, `seed ${seed}`).toBe('done')
      expect(
        rest.every(body => open.includes(body)),
        `seed ${seed}`,
      ).toBe(true)
      expect(task.progress.done + task.progress.failed, `seed ${seed}`).toBe(open.length)
      expect(task.progress.failed, `seed ${seed}`).toBe(rest.length)
      expect(
        world.delivered.every(body => open.includes(body)),
        `seed ${seed}`,
      ).toBe(true)
    }
  })

  it('sends nothing twice while nobody dies', async () => {
    const world = createRedriveWorld({ answer: () => ({ status: 200, afterMs: 50 }) })
    for (let count = 0; count < 30; count++) world.memory.letter()
    await world.start()

    for (let count = 0; count < 20 && (await world.task()).state !== 'done'; count++) {
      const run = world.execute()
      await world.time.advance(80)
      run.interrupt()
      while (!run.isOver()) await world.time.advance(50)
    }

    expect((await world.task()).state).toBe('done')
    expect(world.delivered).toHaveLength(30)
    expect(new Set(world.delivered).size).toBe(30)
    expect(await listed(world)).toEqual([])
  })

  it('lets Kafka remove what is closed, up to the first letter that stays', async () => {
    const world = createRedriveWorld({ answer: body => ({ status: body === 'bad' ? 400 : 200, afterMs: 1 }) })
    for (let count = 0; count < 6; count++) world.memory.letter({}, count === 4 ? 'bad' : 'good')
    await world.start()

    const run = world.execute()
    while (!run.isOver()) await world.time.advance(100)

    expect(world.memory.first).toBe(4)
    expect(await listed(world)).toEqual(['bad'])
    expect((await world.task()).failures).toEqual([
      { id: '0-4', messageId: 'message-4', reason: 'Message sending failed with status code: 400' },
    ])
  })
})
