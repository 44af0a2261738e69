import { describe, expect, it } from 'vitest'
import { emptyAnswer, writing, type ApiRoute } from '@iris/common/http/api'
import { nothing, type PromisedRoute, type RouteContract } from '../http/contract/contract.js'
import { contracts } from '../http/contract/contracts.js'
import { isRehearsed } from '../http/contract/implied.js'
import { jsonSchemaRoutes } from '../http/routes/json-schemas.js'
import { retransmissionRoutes } from '../http/routes/retransmission.js'
import { callRoute, type RouteAnswer } from '../http/testing/call-route.js'
import type { RetransmissionParts } from '../retransmission/retransmit.js'
import type { JsonSchemaParts } from '../schemas/json-schemas.js'
import { dryRunAnswerShape, type DryRunAnswer } from './answer.js'
import { withDryRuns } from './dry-run.js'

const aDate = { retransmissionDate: '2026-05-01T12:00:00Z' }

const answer: DryRunAnswer = {
  ...{ dryRun: true, status: 0, changes: [] },
  kafka: {
    ...{ create: [], alter: [], delete: [], commit: [] },
    ...{ deleteGroups: [], append: [], deleteRecords: [] },
  },
  schemas: { register: [], remove: [] },
}

/** A table of one route, which `path` rehearses: what it did is told by name. */
function tableOf(
  contract: Partial<RouteContract>,
  path = '/things',
): { routes: readonly PromisedRoute[]; did: string[] } {
  const did: string[] = []
  const route = (name: string, at = '/things'): ApiRoute =>
    writing('POST', at, () => {
      did.push(name)
      return Promise.resolve(emptyAnswer(201))
    })
  const promised = {
    ...route('real'),
    tag: 'Things',
    contract: { summary: '', right: 'admin' as const, answers: { 201: nothing }, ...contract },
  }
  const rehearse = () => ({
    routes: [route('rehearsed', path)],
    answer: (status: number) => Promise.resolve({ ...answer, status }),
  })
  return { routes: withDryRuns([promised], rehearse), did }
}

describe('a route with a dry run of its own', () => {
  const routes = [
    // What lies behind them must not be reached.
    ...retransmissionRoutes({} as RetransmissionParts),
    ...jsonSchemaRoutes({} as JsonSchemaParts),
  ]

  it.each(['', 'yes', 'True', '1'])('is not carried out where dryRun is "%s"', async word => {
    const call = (path: string): Promise<RouteAnswer> =>
      callRoute(routes, 'PUT', `/topics/g.a/${path}?dryRun=${word}`, { body: aDate })
    const refused = {
      status: 400,
      body: { message: expect.stringContaining('dryRun must be true or false') as unknown },
    }

    expect(await call('subscriptions/s/retransmission')).toMatchObject(refused)
    expect(await call('json-schema/versions/1')).toMatchObject(refused)
  })
})

describe('a route that changes something', () => {
  it('is rehearsed on demand, and told with the status that it would have had', async () => {
    const { routes, did } = tableOf({})

    const told = await callRoute(routes, 'POST', '/things?dryRun=true')
    expect(told).toMatchObject({ status: 200, body: { dryRun: true, status: 201 } })
    expect(dryRunAnswerShape.safeParse(told.body).success).toBe(true)
    expect(did).toEqual(['rehearsed'])
  })

  it.each(['/things', '/things?dryRun=false'])('is called otherwise: %s', async path => {
    const { routes, did } = tableOf({})

    expect((await callRoute(routes, 'POST', path)).status).toBe(201)
    expect(did).toEqual(['real'])
  })

  it.each(['', 'yes', 'True', '1'])('is not called where dryRun is "%s"', async word => {
    const { routes, did } = tableOf({})

    expect((await callRoute(routes, 'POST', `/things?dryRun=${word}`)).status).toBe(400)
    expect(did).toEqual([])
  })

  it('keeps a dryRun of its own', async () => {
    const { routes, did } = tableOf({ query: { dryRun: dryRunAnswerShape } })

    await callRoute(routes, 'POST', '/things?dryRun=true')
    expect(did).toEqual(['real'])
  })

  it('refuses one where it has none, and is called otherwise', async () => {
    const { routes, did } = tableOf({ hasNoDryRun: true })

    expect(await callRoute(routes, 'POST', '/things?dryRun=true')).toMatchObject({
      ...{
        status: 400,
        body: { message: expect.stringContaining('POST /things has no dry run') as unknown },
      },
    })
    expect((await callRoute(routes, 'POST', '/things?dryRun=1')).status).toBe(400)
    expect(did).toEqual([])
    expect((await callRoute(routes, 'POST', '/things?dryRun=false')).status).toBe(201)
    expect(did).toEqual(['real'])
  })

  it('stops the start where nothing rehearses it and it does not say so', () => {
    expect(() => tableOf({}, '/others')).toThrow('No dry run of POST /things')
    expect(() => tableOf({ hasNoDryRun: true }, '/others')).not.toThrow()
    expect(() => tableOf({ onlyAsks: true }, '/others')).not.toThrow()
  })

  it('is every route of management that is not asked with GET, but for those that say otherwise', () => {
    const rows = contracts.flatMap(({ routes }) => Object.entries(routes))
    const left = rows
      .map(([key, contract]) => ({ key, method: key.split(' ')[0] as 'GET', contract: contract! }))
      .filter(row => row.method !== 'GET' && !isRehearsed(row))
      .map(({ key }) => key)

    expect(left.sort()).toEqual([
      'DELETE /inbox/messages',
      'DELETE /secrets/reseal',
      'POST /filters/:topic',
      'POST /query/groups',
      'POST /query/subscriptions',
      'POST /query/subscriptions/metrics',
      'POST /query/topics',
      'POST /query/topics/metrics',
      'POST /secrets/reseal',
      'POST /topics/:topic/filters/try',
      'POST /topics/:topic/json-schema/versions/:version/check',
      'POST /topics/:topic/subscriptions/query',
      'POST /topics/query',
      'PUT /topics/:topic/json-schema/versions/:version',
      'PUT /topics/:topic/subscriptions/:subscription/retransmission',
    ])
  })
})
