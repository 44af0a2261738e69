import { describe, expect, it } from 'vitest'
import { everyLetter } from '@iris/common/dead-letters/letter-filter'
import { createForgetFormer } from './forget-former.js'
import { listDeadLetters } from './list.js'
import { createLettersWorld, names } from './testing/letters-world.js'

describe('a new subscription', () => {
  it('has no dead letters of a former one, and its own from then on', async () => {
    const world = createLettersWorld(3)
    world.memory.letter()
    world.memory.letter()

    await createForgetFormer(world.parts)(names.topic, names.name)
    world.memory.letter()

    const query = { ...names, limit: null, after: null, filter: everyLetter }
    expect((await listDeadLetters(world.parts, query)).items.map(({ id }) => id)).toEqual(['0-6'])
  })

  it('writes nothing where nothing died before', async () => {
    const world = createLettersWorld(3)
    await createForgetFormer(world.parts)(names.topic, names.name)
    world.hasTopic = false
    await createForgetFormer(world.parts)(names.topic, names.name)

    expect(world.memory.next).toBe(3)
  })
})
