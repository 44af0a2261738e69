import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { mergePatch } from '@iris/common/domain/merge-patch'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import type { Stored } from '../store/ports.js'
import { differencesBetween, tagOf } from './versions.js'
import { writeChanged, type Definition } from './write-changed.js'

/** A definition in a store where others write too: `between` runs before each write. */
function world(first: JsonObject): {
  definition: Definition<JsonObject>
  present: () => Stored<JsonObject>
  others: (() => void)[]
  set: (patch: JsonObject) => void
} {
  let stored: Stored<JsonObject> = { value: first, version: 0 }
  const others: (() => void)[] = []
  const set = (patch: JsonObject): void => {
    stored = { value: mergePatch(stored.value, patch), version: stored.version + 1 }
  }
  return {
    others,
    set,
    present: () => stored,
    definition: {
      name: 'Topic g.t',
      read: async () => stored,
      json: value => value,
      shown: value => ({ ...value, secret: '***' }),
      async write(value, { version }) {
        others.shift()?.()
        if (version !== stored.version) throw refusal('CONFLICT', { problem: 'lost' })
        set(value)
      },
    },
  }
}

function put(
  definition: Definition<JsonObject>,
  patch: JsonObject,
  ifMatch: string | null = null,
): Promise<string> {
  const change = async (stored: JsonObject): Promise<JsonObject> => mergePatch(stored, patch)
  return writeChanged(definition, { ifMatch, patch, change }).then(
    () => 'taken',
    (error: unknown) => (error instanceof HermesError ? `${error.status} ${error.message}` : String(error)),
  )
}

describe('a change that names no version', () => {
  it('is made over a change of other members that came in between', async () => {
    const { definition, present, others, set } = world({ a: 0, b: 0 })
    others.push(() => set({ a: 1 }))

    expect(await put(definition, { b: 1 })).toBe('taken')
    expect(present().value).toEqual({ a: 1, b: 1 })
  })

  it('loses to a change of the same member, which it is told', async () => {
    const { definition, present, others, set } = world({ a: 0 })
    others.push(() => set({ a: 1 }))

    expect(await put(definition, { a: 2 })).toBe(
      '409 Topic g.t was changed since it was read: a was 0 and is 1 now',
    )
    expect(present().value).toEqual({ a: 1 })
  })

  it('is not told secrets', async () => {
    const { definition, others, set } = world({ secret: 'old' })
    others.push(() => set({ secret: 'n3w' }))

    const answer = await put(definition, { secret: 'mine' })
    expect(answer).toBe('409 Topic g.t was changed since it was read: secret is "another secret" now')
  })

  it('ends, however often others write', async () => {
    const { definition, others, set } = world({ a: 0, b: 0 })
    others.push(...Array.from({ length: 100 }, (_, index) => () => set({ a: index })))

    expect(await put(definition, { b: 1 })).toBe('409 lost')
    expect(others).toHaveLength(80)
  })

  it('is never lost in 200 races of two that set a member of their own each', async () => {
    const { definition, present } = world({ members: {} })
    for (let race = 0; race < 200; race++) {
      const rivals = ['x', 'y'].map(side => put(definition, { members: { [`${side}${race}`]: race } }))
      expect(await Promise.all(rivals)).toEqual(['taken', 'taken'])
    }

    expect(Object.keys(present().value['members'] as object)).toHaveLength(400)
  })

  it('of one member has one winner in each of 200 races', async () => {
    const { definition, present } = world({ a: '' })
    for (let race = 0; race < 200; race++) {
      const values = [`x${race}`, `y${race}`]
      const answers = await Promise.all(values.map(a => put(definition, { a })))
      const won = values.filter((_value, index) => answers[index] === 'taken')
      expect(won).toEqual([present().value['a']])
      expect(answers.filter(each => each.startsWith('409 ')).join()).toContain(`is "${won.join()}" now`)
    }
  })
})

describe('a change of a version', () => {
  it('is made of that version only', async () => {
    const { definition, present, set } = world({ a: 0, b: 0 })
    const tag = tagOf({ shown: definition.shown(present().value), version: 0 })

    expect(await put(definition, { b: 1 }, tag)).toBe('taken')
    set({ a: 5 })
    expect(await put(definition, { b: 2 }, tag)).toBe(
      '409 Topic g.t was changed since it was read: a is 5 now; b is 1 now',
    )
    expect(differencesBetween({ a: 5, b: 1 }, present().value)).toEqual([])
  })

  it('counts without losing one where many count', async () => {
    const { definition, present } = world({ count: 0 })
    let taken = 0
    const count = async (): Promise<void> => {
      for (let done = 0; done < 20; ) {
        const { value, version } = await definition.read().then(stored => ({ ...stored }))
        const tag = tagOf({ shown: definition.shown(value), version })
        if ((await put(definition, { count: Number(value['count']) + 1 }, tag)) !== 'taken') continue
        done++
        taken++
      }
    }
    await Promise.all(Array.from({ length: 10 }, count))

    expect([taken, present().value]).toEqual([200, { count: 200 }])
  })
})
