import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { wrapEnvelope } from './envelope.js'
import type { LogEntry } from './log-entry.js'
import type { OpenRegistry } from '../schema/open.js'
import { createSchemas, type Schemas } from '../schema/schemas.js'
import { createMemoryRegistry, type MemoryRegistry } from '../schema/testing/memory-registry.js'
import { createVirtualTime, type VirtualTime } from '../time/virtual-time.js'
import { createOpener, type Opener } from './opener.js'

const schema = JSON.stringify({
  type: 'record',
  name: 'A',
  fields: [
    { name: 'a', type: 'int' },
    { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null },
  ],
})
/** `{"a":1}` with the metadata `messageId: m, X-Kind: k`. */
const record = Buffer.concat([
  Buffer.from([2, 2, 4]),
  ...['messageId', 'm', 'X-Kind', 'k'].map(text => Buffer.from([text.length * 2, ...Buffer.from(text)])),
  Buffer.from([0]),
])
const version = Buffer.from([0, 0, 0, 1])
const second = Buffer.from([0, 0, 0, 2])

function entryOf(value: Buffer, headers: Readonly<Record<string, Buffer>> = { sv: version }): LogEntry {
  const entry: LogEntry = {
    ...{
      topic: 'g.t',
      partition: 0,
      offset: 3,
      lastOffset: 3,
      timestampMs: 5,
      key: null,
      value,
      problem: null,
    },
    header: name => headers[name] ?? null,
    headers: () => Object.entries(headers),
    detach: () => entry,
  }
  return entry
}

interface World {
  readonly opener: Opener
  readonly registry: MemoryRegistry
  readonly schemas: Schemas
  readonly time: VirtualTime
  /** How often it said that it may go on. */
  ready(): number
  /** What was told of each record that was read. */
  readonly reads: readonly string[]
}

function createWorld(
  plan: { isAvroTopic?: boolean; isAvroWanted?: boolean } = {},
  hasRegistry = true,
): World {
  const [registry, time] = [createMemoryRegistry(), createVirtualTime()]
  registry.add('g.t', schema)
  const ages = { refreshMs: 600_000, expireMs: 86_400_000, compiledIdleMs: 86_400_000, compiledMax: 10 }
  const schemas = createSchemas({ registry, clock: time, log: silentLog }, ages)
  const open = { registry, schemas, subjectOf: (name: string) => name } as unknown as OpenRegistry
  let readyCount = 0
  const reads: string[] = []
  const parts = {
    ...{ clock: time, scheduler: time, registry: hasRegistry ? open : null, areIdsUsed: false },
    avroRead: (isById: boolean, isProblem: boolean) =>
      void reads.push(`${isById ? 'id' : 'version'} ${isProblem ? 'problem' : 'well'}`),
    dropped: () => undefined,
    ready: () => void readyCount++,
  }
  const opener = createOpener(parts, { isAvroTopic: true, isAvroWanted: false, topic: 'g.t', ...plan })
  return { opener, registry, schemas, time, ready: () => readyCount, reads }
}

/** The receiver's part: each second it tries again what could not be opened. */
async function askFor({ opener, time }: World, entry: LogEntry, seconds: number): Promise<void> {
  for (let count = 0; count < seconds; count++) {
    opener.canOpen(entry)
    await settled()
    await time.advance(1_000)
  }
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('an entry of an AVRO topic', () => {
  it('waits for its schema, then is JSON without metadata', async () => {
    const { opener, ready, reads } = createWorld()
    const entry = entryOf(record)

    expect(opener.canOpen(entry)).toBe(false)
    await settled()

    expect([ready(), opener.canOpen(entry), opener.waitsFor([entry])]).toEqual([1, true, null])
    const content = opener.open(entry)
    expect(content).toMatchObject({ messageId: 'm', propagated: ['X-Kind', 'k'], problem: null })
    expect([content.body.toString(), content.avro?.isBody]).toEqual(['{"a":1}', false])
    expect(reads).toEqual(['version well'])
  })

  it('is the record itself where the subscriber wants that', async () => {
    const { opener } = createWorld({ isAvroWanted: true })
    const entry = entryOf(record, { sv: version, id: Buffer.from('other'), 'h-X-Kind': Buffer.from('z') })
    opener.canOpen(entry)
    await settled()

    const content = opener.open(entry)

    expect(content).toMatchObject({ messageId: 'other', propagated: ['X-Kind', 'z'], body: record })
    expect(content.avro).toMatchObject({ isBody: true, known: { version: 1 } })
  })

  it.each<[string, (world: World) => void, LogEntry, RegExp]>([
    [
      'the registry is down',
      ({ registry }) => void (registry.isDown = true),
      entryOf(record),
      /cannot be reached/,
    ],
    [
      'its version is unknown',
      () => undefined,
      entryOf(record, { sv: Buffer.from([0, 0, 0, 9]) }),
      /no version 9/,
    ],
  ])('waits and says why while %s, and asks again each second', async (_what, prepare, entry, reason) => {
    const world = createWorld()
    const { opener, registry, time, ready } = world
    prepare(world)

    expect(opener.canOpen(entry)).toBe(false)
    await settled()
    expect(opener.waitsFor([entry])).toMatch(reason)
    const asked = registry.asked.length
    opener.canOpen(entry)
    await settled()
    expect([registry.asked.length, ready()]).toEqual([asked, 0])
    await time.advance(1_000)
    expect(ready()).toBe(1)

    opener.canOpen(entry)
    opener.stop()
    await settled()
    expect(time.pending()).toBe(0)
  })

  it('waits no longer, and gives no reason, once another has loaded its schema', async () => {
    const { opener, registry, schemas, time } = createWorld()
    const entry = entryOf(record, { sv: second })
    opener.canOpen(entry)
    await settled()
    expect(opener.waitsFor([entry])).toMatch(/no version 2/)

    registry.add('g.t', schema)
    await time.advance(500)
    await schemas.load('g.t', 2)
    expect(opener.waitsFor([entry])).toBeNull()
    expect(opener.canOpen(entry)).toBe(true)
  })

  it('does not keep an entry of another schema waiting that can be loaded', async () => {
    const { opener } = createWorld()
    const [lost, found] = [entryOf(record, { sv: second }), entryOf(record)]
    opener.canOpen(lost)
    opener.canOpen(found)
    await settled()

    expect([opener.canOpen(lost), opener.canOpen(found)]).toEqual([false, true])
    expect(opener.waitsFor([found, lost])).toMatch(/no version 2/)
  })

  it('waits with a reason where no registry is configured', async () => {
    const { opener, time } = createWorld({}, false)
    const entry = entryOf(record)
    expect(opener.canOpen(entry)).toBe(false)
    await time.advance(600_000)

    expect(opener.canOpen(entry)).toBe(false)
    expect(opener.waitsFor([entry])).toMatch(/need a schema registry: set schema.repository.serverUrl/)
  })

  it('is unreadable once the registry has denied its version for a minute, and those after it at once', async () => {
    const world = createWorld()
    const { opener, registry, time, ready } = world
    const headers = { sv: second, id: Buffer.from('m'), 'h-X-Kind': Buffer.from('k') }
    const entry = entryOf(record, headers)
    await askFor(world, entry, 59)
    expect(opener.canOpen(entry)).toBe(false)
    await askFor(world, entry, 2)

    const before = ready()
    expect([opener.canOpen(entry), opener.waitsFor([])]).toEqual([true, null])
    expect(opener.open(entry)).toMatchObject({
      problem: 'UNPARSABLE: the registry has no version 2 of g.t',
      messageId: 'm',
      propagated: ['X-Kind', 'k'],
      body: record,
    })
    expect(opener.canOpen(entryOf(record, headers))).toBe(true)

    // It comes late all the same.
    registry.add('g.t', schema)
    await time.advance(1_000)
    opener.canOpen(entry)
    await settled()
    expect(ready()).toBeGreaterThan(before)
    expect(opener.open(entry).problem).toBeNull()
  })

  it.each<[string, (world: World) => Promise<void> | void]>([
    ['the registry is away', ({ registry }) => void (registry.isDown = true)],
    ['the registry knows nothing of the subject', ({ registry }) => registry.remove('g.t')],
  ])('waits for as long as it takes while %s', async (_what, prepare) => {
    const world = createWorld()
    await prepare(world)
    const entry = entryOf(record, { sv: second })
    await askFor(world, entry, 600)

    expect(world.opener.canOpen(entry)).toBe(false)
    expect(world.opener.waitsFor([entry])).toMatch(/its messages wait for their schema: /)
  })

  it('is given up on a second denial only, whatever the registry did in between', async () => {
    const world = createWorld()
    const { opener, registry } = world
    const entry = entryOf(record, { sv: second })
    await askFor(world, entry, 2)
    registry.isDown = true
    await askFor(world, entry, 120)
    expect(opener.canOpen(entry)).toBe(false)

    registry.isDown = false
    await askFor(world, entry, 3)
    expect(opener.canOpen(entry)).toBe(true)
  })

  it('is unreadable where its bytes are no record, or nothing says of which schema', async () => {
    const { opener } = createWorld()
    const cut = entryOf(record.subarray(0, 4))
    opener.canOpen(cut)
    await settled()

    expect(opener.open(cut).problem).toBe('UNPARSABLE: no record of version 1 of its schema: EOFException:')
    const bare = entryOf(record, {})
    expect(opener.canOpen(bare)).toBe(true)
    expect(opener.open(bare).problem).toBe('UNPARSABLE: the record says no schema version (Kafka header sv)')
  })

  it('is the JSON that it is where it came from the days before', () => {
    const { opener } = createWorld()
    const metadata = { timestampMs: 1, id: 'old', externalMetadata: {} }
    const entry = entryOf(Buffer.concat(wrapEnvelope(metadata, Buffer.from('{"b":2}'))), {})

    const content = opener.open(entry)

    expect(content).toMatchObject({ messageId: 'old', avro: null, problem: null })
    expect(content.body.toString()).toBe('{"b":2}')
  })
})

describe('an entry of a JSON topic', () => {
  it('is opened as it is, whatever its headers say', () => {
    const { opener, registry } = createWorld({ isAvroTopic: false })
    const entry = entryOf(Buffer.from('{"a":1}'))

    expect(opener.canOpen(entry)).toBe(true)
    expect(opener.open(entry)).toMatchObject({ avro: null, problem: null })
    expect(registry.asked).toEqual([])
  })
})
