import { describe, expect, it } from 'vitest'
import { loadConfig } from '@iris/common/config/load'
import { schemaProblems } from '@iris/common/schema/json/testing/schema-problems'
import { jsonAnswer, reading, type ApiMethod } from '@iris/common/http/api'
import { silentLog } from '@iris/common/lifecycle/log'
import { createMetrics } from '@iris/common/metrics/registry'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { z } from 'zod'
import { createMode } from '../../access/mode.js'
import { managementKeys } from '../../config.js'
import { createOutside } from '../../outside.js'
import { createUseCases } from '../../use-cases.js'
import { createManagement } from '../../wire.js'
import {
  json,
  routeKey,
  withContracts,
  type ResourceContract,
  type RouteContract,
  type RouteKey,
} from './contract.js'
import { contracts } from './contracts.js'
import { isRehearsed } from './implied.js'
import { pathParameters } from './parameters.js'

const answer = () => Promise.resolve(jsonAnswer(null))
const contract: RouteContract = { summary: 'One', right: 'reader', answers: { 200: json(z.null()) } }
const resource = (routes: ResourceContract['routes']): ResourceContract => ({
  tag: 'T',
  description: '',
  routes,
})

const rows = contracts.flatMap(({ routes }) =>
  Object.entries(routes).map(([key, row]): [string, RouteContract] => [key, row!]),
)

describe('routes and contracts', () => {
  it('belong to each other, one by one, for all of management', () => {
    const config = loadConfig(managementKeys, { argv: [], environment: {} })
    const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }

    expect(() => createManagement(base, config)).not.toThrow()
  })

  it('tell by a dry run what each change would do, but for those that say that they have none', () => {
    const config = loadConfig(managementKeys, { argv: [], environment: {} })
    const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
    const outside = createOutside(base, config, null)
    const useCases = createUseCases(base, config, {
      ...{ outside, metrics: createMetrics('test_'), mode: createMode() },
    })

    const rehearsed = new Set(useCases.rehearse().routes.map(routeKey))
    const promised = rows
      .filter(([key, row]) => isRehearsed({ method: key.split(' ')[0] as ApiMethod, contract: row }))
      .map(([key]) => key)
    expect(promised).toContain('PUT /workload-constraints/topic')
    expect(promised.filter(key => !rehearsed.has(key as RouteKey))).toEqual([])
  })

  it('give a route its contract', () => {
    const bare = [reading('GET', '/one', answer), reading('GET', '/two', answer)]
    const two = { ...contract, shows: 'contents' as const }
    const [one, other] = withContracts(bare, [resource({ 'GET /one': contract, 'GET /two': two })])

    expect(one).toMatchObject({ tag: 'T', contract })
    expect([one?.shows, other?.shows]).toEqual([undefined, 'contents'])
  })

  it('keep from pages elsewhere whatever of ours shows messages, keys or people', () => {
    const members = ['body', 'key', 'user', 'createdBy', 'network', 'secrets'].map(name => `"${name}":`)
    const showing = rows.filter(([key, { answers }]) => {
      const schemas = Object.values(answers).flatMap(({ content }) => Object.values(content))
      const texts = schemas.map(({ schema }) =>
        schema === null ? '' : JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' })),
      )
      return key.startsWith('GET ') && texts.some(text => members.some(each => text.includes(each)))
    })

    const keys = showing.map(([key]) => key)
    for (const known of [
      'GET /topics/:topic/browse',
      'GET /topics/:topic/publishers',
      'GET /audit',
      'GET /keys',
    ])
      expect(keys).toContain(known)
    expect(rows.find(([key]) => key.endsWith('/:subscription/why'))?.[1].shows).toBe('contents')
    expect(rows.find(([key]) => key === 'GET /topics/:topic')?.[1].shows).toBeUndefined()
    expect(showing.filter(([, { shows }]) => shows === undefined).map(([key]) => key)).toEqual([])
  })

  it('let nobody in unasked who changes something or sees contents: a page elsewhere may have a false token', () => {
    const open = rows.filter(([, { right }]) => right === 'anyone')

    expect(open.map(([key]) => key)).toContain('GET /status/health')
    expect(open.filter(([key, { shows }]) => !key.startsWith('GET ') || shows !== undefined)).toEqual([])
  })

  it.each([
    ['a route without a contract', [], 'GET /one has no contract'],
    [
      'a contract without a route',
      [resource({ 'GET /one': contract, 'PUT /one': contract })],
      'PUT /one has a contract and no route',
    ],
    [
      'two contracts',
      [resource({ 'GET /one': contract }), resource({ 'GET /one': contract })],
      'GET /one has two contracts',
    ],
  ])('stop the start: %s', (_what, resources, problem) => {
    expect(() => withContracts([reading('GET', '/one', answer)], resources)).toThrow(problem)
  })

  it.each(rows)('%s describes every part of its path', key => {
    const parts = [...key.matchAll(/:(\w+)/g)].map(match => match[1]!)

    expect(parts.filter(part => !(part in pathParameters))).toEqual([])
  })
})

describe('the examples of a contract', () => {
  const examples = rows.flatMap(([key, { body, answers }]) => [
    ...(body === undefined ? [] : [[`${key}, the body`, body.schema, body.example, body.required] as const]),
    ...Object.entries(answers).flatMap(([status, { content }]) =>
      Object.entries(content).flatMap(([type, { schema, example }]) =>
        schema === null || example === undefined
          ? []
          : [[`${key}, ${status} ${type}`, schema, example, []] as const],
      ),
    ),
  ])

  const problemsOf = (schema: z.ZodType, example: unknown): unknown =>
    schemaProblems(z.toJSONSchema(schema, { io: 'input' }), JSON.parse(JSON.stringify(example)))

  it('are refused when they say something else', () => {
    const [, topic] = examples.find(([place]) => place === 'GET /topics/:topic, 200 application/json')!

    expect(problemsOf(topic, { name: 'demo.orders', ack: 'SOME' })).not.toBeNull()
  })

  it.each(examples)('are what it promises: %s', (_place, schema, example, required = []) => {
    expect(problemsOf(schema, example)).toBeNull()
    expect(required.filter(member => !(member in (example as object)))).toEqual([])
  })
})
