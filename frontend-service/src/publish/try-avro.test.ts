import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'
import { createTryAvro } from './try-avro.js'

const schema = JSON.stringify({ type: 'record', name: 'User', fields: [{ name: 'age', type: 'int' }] })
const json = { 'Content-Type': 'application/json' }

let world: PipelineWorld
beforeEach(async () => {
  world = await createPipelineWorld()
  const avroTrial = { subject: 'acme.orders', nextAskMs: -Infinity }
  world.topics.set('acme.orders', world.topic({ avroTrial }))
})
afterEach(() => world.stop())

/** Publishes; what reaches Kafka is stored at once. */
async function publish(body: string, headers: Readonly<Record<string, string>> = json): Promise<number> {
  const answer = fetch(`${world.url}acme.orders`, { method: 'POST', body, headers })
  let isAnswered = false
  const end = answer.finally(() => void (isAnswered = true))
  while (!isAnswered) {
    await new Promise(resolve => setImmediate(resolve))
    world.producer.appended.at(-1)?.done({ kind: 'stored', partition: 3, offset: 1 })
  }
  return (await end).status
}

const trials = async (result: string): Promise<number> => {
  const isIt = (line: string): boolean =>
    line.includes('topic_avro_trials_total{') && line.includes(`"${result}"`)
  const line = (await world.metricsText()).split('\n').find(isIt)
  return Number(line?.split(' ').at(-1) ?? 0)
}

describe('a JSON topic with jsonToAvroDryRun', () => {
  it('stores every message as it came, and counts which would do as Avro', async () => {
    world.registry.add('acme.orders', schema)

    // Nothing waits for the registry: the first message is taken before the schema is known.
    expect(await publish('{"age":1}')).toBe(201)
    expect(await publish('{"age":2}')).toBe(201)
    expect(await publish('{"age":"young"}')).toBe(201)
    expect(await publish('{"age":3}', { 'Content-Type': 'text/plain' })).toBe(201)

    const bodies = world.producer.appended.map(({ value }) => Buffer.concat([...value]).toString())
    expect(bodies[2]).toContain('"message":{"age":"young"}')
    expect(await Promise.all(['fits', 'fails', 'no_schema'].map(trials))).toEqual([1, 2, 1])
  })

  it('stores messages without a schema, too, and asks the registry once a while', async () => {
    for (let count = 0; count < 5; count++) expect(await publish('{"age":1}')).toBe(201)
    expect(await publish('{"age":1}', { ...json, 'Schema-Version': '7' })).toBe(201)

    expect(await trials('no_schema')).toBe(6)
    expect(world.registry.asked).toEqual(['versions acme.orders'])

    world.registry.add('acme.orders', schema)
    await world.time.advance(2_000)
    await publish('{"age":1}')
    await publish('{"age":1}')
    expect(await trials('fits')).toBe(1)
  })

  it('refuses what is no JSON, which is not tried', async () => {
    expect(await publish('no json')).toBe(400)

    expect(await Promise.all(['fits', 'fails', 'no_schema'].map(trials))).toEqual([0, 0, 0])
  })
})

it('a topic without it is not tried', async () => {
  world.topics.set('acme.orders', world.topic())
  world.registry.add('acme.orders', schema)

  expect(await publish('{"age":"young"}')).toBe(201)

  expect(world.registry.asked).toEqual([])
})

it('a defect of the trial harms no message', () => {
  const words: string[] = []
  const tryAvro = createTryAvro({
    clock: { monotonic: () => 0 },
    warn: event => void words.push(event),
    avro: {
      schemaOf() {
        throw new TypeError('a defect')
      },
    } as never,
  })
  const trial = { subject: 's', nextAskMs: 0 }

  expect(() => tryAvro(world.topic(), trial, { headers: {} } as never, Buffer.from('{}'))).not.toThrow()
  expect(words).toEqual(['publish.defect'])
})
