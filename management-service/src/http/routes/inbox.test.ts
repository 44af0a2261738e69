import { describe, expect, it } from 'vitest'
import type { Call, CallAnswer } from '@iris/common/http/calls'
import { maskedNames } from '../../messages/mask.js'
import { callRoute } from '../testing/call-route.js'
import { inboxRoutes } from './inbox.js'

const delivery = {
  ...{ number: 1, receivedAt: '2026-05-01T12:00:00.000Z', path: '/in', messageId: 'm', retryCount: 0 },
  ...{
    status: 200,
    headers: { authorization: 'x', a: 'b' },
    body: '{"password":"x","n":1.0}',
    bodyBytes: 24,
  },
}

function setUp(answer: CallAnswer | Error, url = 'http://127.0.0.1:8070/') {
  const calls: Call[] = []
  const routes = inboxRoutes({
    url,
    masks: { member: maskedNames(['password']), header: maskedNames(['authorization']), isUsed: true },
    caller: {
      call(call) {
        calls.push(call)
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
      },
      stop: () => Promise.resolve(),
    },
  })
  return { calls, get: (path = '/inbox/messages') => callRoute(routes, 'GET', path), routes }
}

const page = { status: 200, text: JSON.stringify({ total: 1, messages: [delivery] }) }

describe('the inbox of a local stack', () => {
  it('is shown as it answers, masked, and asked within bounds', async () => {
    const { calls, get } = setUp(page)

    expect((await get('/inbox/messages?limit=7')).body).toEqual({
      total: 1,
      messages: [
        { ...delivery, headers: { authorization: '****', a: 'b' }, body: '{"password":"****","n":1.0}' },
      ],
    })
    expect(calls).toMatchObject([{ method: 'GET', url: 'http://127.0.0.1:8070/messages?limit=7' }])
  })

  it('can be emptied', async () => {
    const { calls, routes } = setUp(page)

    expect((await callRoute(routes, 'DELETE', '/inbox/messages')).status).toBe(200)
    expect(calls).toMatchObject([{ method: 'DELETE', url: 'http://127.0.0.1:8070/messages' }])
  })

  it('is not there where none is configured, and nobody is asked', async () => {
    const { calls, get } = setUp(page, '')

    expect([(await get()).status, calls.length]).toEqual([404, 0])
  })

  it.each<[string, CallAnswer | Error]>([
    ['is silent', new Error('connect ECONNREFUSED')],
    ['answers with an error', { status: 500, text: '' }],
    ['is something else', { status: 200, text: '{"total":"x"}' }],
    ['answers no JSON', { status: 200, text: '<html>' }],
  ])('is 503 where it %s', async (_what, answer) => {
    expect(await setUp(answer).get()).toMatchObject({ status: 503, body: { code: 'NOT_READY' } })
  })

  it('shows no more than it may', async () => {
    expect((await setUp(page).get('/inbox/messages?limit=201')).status).toBe(400)
  })
})
