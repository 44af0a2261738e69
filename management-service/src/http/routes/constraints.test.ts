import { describe, expect, it } from 'vitest'
import { everybody, principalOf } from '@iris/common/access/principal'
import type { WorkloadConstraints } from '@iris/common/domain/workload-constraints'
import type { ConstraintStore } from '../../store/constraints.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { constraintRoutes } from './constraints.js'

const path = '/workload-constraints'

function setUp() {
  const held = new Map<string, WorkloadConstraints>()
  const store: ConstraintStore = {
    constraints: () => Promise.resolve(held),
    putConstraints(name, constraints) {
      const put = held.has(name) ? 'updated' : 'created'
      held.set(name, constraints)
      return Promise.resolve(put)
    },
    removeConstraints: name => Promise.resolve(void held.delete(name)),
  }
  const routes = constraintRoutes(store)
  return {
    list: (principal = everybody) => callRoute(routes, 'GET', path, { principal }),
    put: (what: string, body: unknown): Promise<RouteAnswer> =>
      callRoute(routes, 'PUT', `${path}/${what}`, { body }),
    remove: (what: string) => callRoute(routes, 'DELETE', `${path}/${what}`),
  }
}

describe('E8: workload constraints', () => {
  it('are created, replaced as a whole and listed', async () => {
    const { list, put } = setUp()
    const first = { topicName: 'g.t', constraints: { consumersNumber: 1, reason: 'quiet' } }
    expect(await put('topic', first)).toMatchObject({ status: 201, body: null })
    expect(await put('topic', { topicName: 'g.t', constraints: { consumersNumber: '3' } })).toMatchObject({
      status: 200,
    })
    const other = { subscriptionName: 'g.t$s', constraints: { consumersNumber: 2 } }
    expect(await put('subscription', other)).toMatchObject({ status: 201 })

    expect((await list()).body).toEqual({
      topicConstraints: { 'g.t': { consumersNumber: 3 } },
      subscriptionConstraints: { 'g.t$s': { consumersNumber: 2 } },
    })
  })

  it('are shown to who may read the group of what they limit', async () => {
    const { list, put } = setUp()
    await put('topic', { topicName: 'g.t', constraints: { consumersNumber: 1 } })
    await put('subscription', { subscriptionName: 'other.t$s', constraints: { consumersNumber: 2 } })

    expect((await list(principalOf('anna', [{ role: 'reader', group: 'g' }]))).body).toEqual({
      topicConstraints: { 'g.t': { consumersNumber: 1 } },
      subscriptionConstraints: {},
    })
  })

  it('go, whether they were there or not', async () => {
    const { list, put, remove } = setUp()
    await put('topic', { topicName: 'g.t', constraints: { consumersNumber: 1 } })
    await put('subscription', { subscriptionName: 'g.t$s', constraints: { consumersNumber: 1 } })
    for (const what of ['topic/g.t', 'topic/g.t', 'subscription/g.t/s', 'subscription/g.t/s'])
      expect(await remove(what)).toMatchObject({ status: 200, body: null })

    expect((await list()).body).toEqual({ topicConstraints: {}, subscriptionConstraints: {} })
  })

  it('may be left out of the body, which ends a limit', async () => {
    const { list, put } = setUp()
    await put('topic', { topicName: 'g.t', constraints: { consumersNumber: 1 } })
    expect(await put('topic', { topicName: 'g.t' })).toMatchObject({ status: 200 })

    expect((await list()).body).toMatchObject({ topicConstraints: {} })
  })

  const place = 'WorkloadConstraintsEndpoint.createOrUpdateTopicConstraints.arg0'
  it.each([
    [null, 'OTHER', 'HV000116: The object to be validated must not be null.'],
    [{ constraints: { consumersNumber: 1 } }, 'VALIDATION_ERROR', `${place}.topicName must not be null`],
    [
      { topicName: 'g.t', constraints: {} },
      'VALIDATION_ERROR',
      `${place}.constraints.consumersNumber must be greater than or equal to 1`,
    ],
    [
      { topicName: 'g.t', constraints: { consumersNumber: 1, reason: 'x'.repeat(1025) } },
      'VALIDATION_ERROR',
      `${place}.constraints.reason size must be between 0 and 1024`,
    ],
    [{ topicName: 'dotless', constraints: { consumersNumber: 1 } }, 'FORMAT_ERROR', 'Invalid qualified name'],
    [{ topicName: 'g.t', constraints: { consumersNumber: 1.5 } }, 'FORMAT_ERROR', 'Cannot deserialize'],
  ])('are refused: %j', async (body, code, message) => {
    expect(await setUp().put('topic', body)).toMatchObject({
      status: 400,
      body: { code, message: expect.stringContaining(message) as string },
    })
  })

  it('of a subscription need a name with a dollar', async () => {
    const body = { subscriptionName: 'g.t', constraints: { consumersNumber: 1 } }

    expect(await setUp().put('subscription', body)).toMatchObject({
      status: 400,
      body: { code: 'FORMAT_ERROR' },
    })
  })
})
