import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime, type VirtualTime } from '../time/virtual-time.js'
import { createSchemas, type SchemaAnswer, type Schemas } from './schemas.js'
import { createMemoryRegistry, type MemoryRegistry } from './testing/memory-registry.js'

const subject = 'g.t'
const text = (field: string): string =>
  JSON.stringify({ type: 'record', name: 'A', fields: [{ name: field, type: 'int' }] })

interface World {
  readonly registry: MemoryRegistry
  readonly schemas: Schemas
  readonly time: VirtualTime
}

function createWorld(compiledMax = 10): World {
  const [registry, time] = [createMemoryRegistry(), createVirtualTime()]
  const options = { refreshMs: 600_000, expireMs: 86_400_000, compiledIdleMs: 144_000_000, compiledMax }
  return { registry, time, schemas: createSchemas({ registry, clock: time, log: silentLog }, options) }
}

/** The first field of a schema, or why there is none. */
function shown(answer: SchemaAnswer | undefined): string | undefined {
  if (answer === undefined) return undefined
  return 'absence' in answer
    ? answer.absence
    : `${answer.version} ${answer.schema.root.fields[0]?.name ?? ''}`
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('the schemas that a process knows', () => {
  it('are asked for once, however many wait, and then known', async () => {
    const { registry, schemas } = createWorld()
    registry.add(subject, text('a'))

    const answers = await Promise.all(Array.from({ length: 20 }, () => schemas.load(subject, null)))

    expect(answers.map(shown)).toEqual(Array(20).fill('1 a'))
    expect(registry.asked).toEqual(['versions g.t', 'version g.t 1'])
    expect(shown(schemas.known(subject, null))).toBe('1 a')
    expect(shown(schemas.known(subject, 1))).toBe('1 a')
  })

  it('are used while they are asked for again, and while the registry is down', async () => {
    const { registry, schemas, time } = createWorld()
    registry.add(subject, text('a'))
    await schemas.load(subject, null)
    registry.add(subject, text('b'))

    await time.advance(600_000)
    expect(shown(schemas.known(subject, null))).toBe('1 a')
    await settled()
    expect(shown(schemas.known(subject, null))).toBe('2 b')

    registry.isDown = true
    await time.advance(86_399_000)
    expect(shown(schemas.known(subject, null))).toBe('2 b')
    await time.advance(1_000)
    expect(schemas.known(subject, null)).toBeUndefined()
    expect(shown(await schemas.load(subject, null))).toBe('unavailable')
  })

  it('are known anew at once after a refresh', async () => {
    const { registry, schemas } = createWorld()
    registry.add(subject, text('a'))
    await schemas.load(subject, null)
    registry.add(subject, text('b'))

    schemas.refresh(subject)
    expect(shown(schemas.known(subject, null))).toBe('1 a')
    await settled()

    expect(shown(schemas.known(subject, null))).toBe('2 b')
    expect(shown(schemas.known(subject, 1))).toBe('1 a')
  })

  it('are looked for again where a version is not known, and are then not there or there', async () => {
    const { registry, schemas } = createWorld()
    registry.add(subject, text('a'))
    await schemas.load(subject, null)

    // However short ago the list was read: what is named may be there since.
    expect(shown(await schemas.load(subject, 2))).toBe('noVersion')
    registry.add(subject, text('b'))

    expect(schemas.known(subject, 2)).toBeUndefined()
    expect(shown(await schemas.load(subject, 2))).toBe('2 b')
  })

  it.each<[string, string[], boolean]>([
    ['has other versions of the subject', [text('a')], true],
    ['has the version, and it is no Avro schema', [text('a'), '"string"', text('b')], true],
    ['does not know the subject', [], false],
  ])('are certainly not there where the registry %s: %#', async (_what, texts, isCertain) => {
    const { registry, schemas } = createWorld()
    for (const each of texts) registry.add(subject, each)

    expect(await schemas.load(subject, texts.length === 3 ? 2 : 9)).toMatchObject({ isCertain })
    registry.isDown = true
    expect(await schemas.load('g.other', 9)).toMatchObject({ isCertain: false })
  })

  it('are unavailable without a word to the registry for a second after it failed', async () => {
    const { registry, schemas, time } = createWorld()
    registry.isDown = true

    expect(shown(await schemas.load(subject, null))).toBe('unavailable')
    expect(shown(await schemas.load(subject, 3))).toBe('unavailable')
    expect(registry.asked).toHaveLength(1)

    registry.isDown = false
    registry.add(subject, text('a'))
    await time.advance(1_000)
    expect(shown(await schemas.load(subject, null))).toBe('1 a')
  })

  it('are unavailable where the subject has none, or the registry holds no schema', async () => {
    const { registry, schemas, time } = createWorld()

    expect(shown(await schemas.load(subject, null))).toBe('unavailable')
    registry.add(subject, '"string"')
    await time.advance(1_000)

    expect(await schemas.load(subject, null)).toMatchObject({
      absence: 'unavailable',
      detail: 'version 1 of g.t is no Avro schema: Not a record: "string"',
    })
  })

  it('of a subject made anew are never those of the former one', async () => {
    const { registry, schemas } = createWorld()
    registry.add(subject, text('a'))
    registry.add(subject, text('b'))
    await schemas.load(subject, 1)
    await registry.remove(subject)
    registry.add(subject, text('c'))
    registry.add(subject, text('d'))

    schemas.refresh(subject)
    await settled()

    expect(shown(schemas.known(subject, null))).toBe('2 d')
    expect(shown(await schemas.load(subject, 1))).toBe('1 c')
    schemas.forget(subject)
    expect(schemas.known(subject, null)).toBeUndefined()
  })

  it('are found by their number in the registry', async () => {
    const { registry, schemas } = createWorld()
    const { id } = registry.add(subject, text('a'))

    expect(schemas.knownById(subject, id)).toBeUndefined()
    expect(shown(await schemas.loadById(subject, id))).toBe('1 a')
    expect(shown(schemas.knownById(subject, id))).toBe('1 a')
    expect(shown(await schemas.loadById(subject, 99))).toBe('unavailable')
  })

  it('are forgotten when there are too many, those unused for longest first', async () => {
    const { registry, schemas, time } = createWorld(2)
    for (const name of ['a', 'b', 'c']) registry.add(subject, text(name))
    await schemas.load(subject, null)
    await time.advance(1)
    await schemas.load(subject, 1)
    await time.advance(1)
    await schemas.load(subject, 2)

    expect(schemas.known(subject, 1)).toBeDefined()
    expect(schemas.known(subject, 2)).toBeDefined()
    expect(schemas.known(subject, 3)).toBeUndefined()
  })
})
