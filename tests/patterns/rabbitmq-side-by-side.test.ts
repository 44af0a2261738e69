import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askRabbit, type RabbitAnswers } from './rabbitmq/ask.js'
import { startRabbit, whyNoRabbit, type RabbitNode } from './rabbitmq/node.js'
import { comparisonTable } from './rabbitmq/table.js'
import { irisRouter } from './rabbitmq/topology.js'

/** Written anew with `RECORD_RABBITMQ=1`, where a RabbitMQ is installed. */
const recordedFile = fileURLToPath(new URL('./rabbitmq-answers.json', import.meta.url))
const { topology, messages } = comparisonTable()
const recorded = (): RabbitAnswers => JSON.parse(readFileSync(recordedFile, 'utf8')) as RabbitAnswers
const missing = whyNoRabbit()

describe('filters in the place of bindings', () => {
  it('bring every message of the table to the queues that RabbitMQ has it in', () => {
    const route = irisRouter(topology)

    expect(messages.length).toBeGreaterThanOrEqual(200)
    for (const [index, message] of messages.entries())
      expect(route(message), JSON.stringify(message)).toEqual(recorded().queues[index])
  })

  it('are put to a table in which every queue gets something and misses something', () => {
    const { queues } = recorded()
    const names = new Set(topology.bindings.flatMap(({ to }) => ('queue' in to ? [to.queue] : [])))
    const never = [...names].filter(name => !queues.some(each => each.includes(name)))

    expect(never.filter(name => !name.startsWith('drawn'))).toEqual(['h-any-of-none'])
    expect(queues.some(each => each.length === 0)).toBe(true)
  })
})

describe.skipIf(missing !== null)(`a RabbitMQ beside it (${missing ?? 'installed'})`, () => {
  let node: RabbitNode
  let answers: RabbitAnswers

  beforeAll(async () => {
    node = await startRabbit()
    answers = await askRabbit(node.url, topology, messages)
    if (process.env['RECORD_RABBITMQ'] === '1') writeFileSync(recordedFile, `${JSON.stringify(answers)}\n`)
  })
  afterAll(() => node.stop())

  it('answers today what was recorded, and what Iris answers', () => {
    const route = irisRouter(topology)

    expect(answers.queues).toEqual(recorded().queues)
    expect(answers.queues).toEqual(messages.map(route))
  })
})
