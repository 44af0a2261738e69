/** Groups over REST, as in examples 1 to 12 of the API's contract, and what every resource shares. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { openRaw } from '../support/raw-connection.js'
import { startTestStack, type TestStack } from '../support/stack.js'

let stack: TestStack
beforeAll(async () => {
  const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
  stack = await startTestStack({ ...servers, frontends: 0, consumers: 0 })
})
afterAll(() => stack.stop())

function send(method: string, path: string, body?: string, type = 'application/json'): Promise<Response> {
  return fetch(stack.management.url + path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': type },
    ...(body === undefined ? {} : { body }),
  })
}

describe('a group', () => {
  it('is made, listed, read, and removed', async () => {
    const made = await send('POST', '/groups', '{"groupName":"acme","unknown":true}')

    expect([made.status, made.headers.get('content-length'), await made.text()]).toEqual([201, '0', ''])
    expect(await (await send('GET', '/groups')).json()).toContain('acme')
    expect(await (await send('GET', '/groups/acme')).json()).toEqual({ groupName: 'acme' })
    expect((await send('PUT', '/groups/acme', '{"groupName":"acme"}')).status).toBe(204)
    expect((await send('DELETE', '/groups/acme')).status).toBe(200)
    expect((await send('GET', '/groups/acme')).status).toBe(404)
  })

  it('with topics is not removed', async () => {
    const topic = await stack.createTopic()

    const refused = await send('DELETE', `/groups/${stack.group}`)

    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({
      message: `Group ${stack.group} is not empty: it has the topics ${topic}`,
      code: 'GROUP_NOT_EMPTY',
    })
  })

  it('made by many at once is made by one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send('POST', '/groups', '{"groupName":"race"}')),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(400)])
  })
})

describe('a request about groups is refused', () => {
  beforeAll(async () => {
    await send('POST', '/groups', '{"groupName":"known"}')
  })

  it.each<[string, string, string, string | undefined, number, object]>([
    [
      'a duplicate',
      'POST',
      '/groups',
      '{"groupName":"known"}',
      400,
      { message: 'Group known already exists', code: 'GROUP_ALREADY_EXISTS' },
    ],
    [
      'a bad name',
      'POST',
      '/groups',
      '{"groupName":"acme_x"}',
      400,
      { message: 'Group name should match pattern ^[a-zA-Z0-9.]+$', code: 'GROUP_NAME_IS_INVALID' },
    ],
    [
      'a name that is a path',
      'POST',
      '/groups',
      '{"groupName":".."}',
      400,
      { message: 'Group name should match pattern ^[a-zA-Z0-9.]+$', code: 'GROUP_NAME_IS_INVALID' },
    ],
    [
      'no name',
      'POST',
      '/groups',
      '{}',
      400,
      { message: 'Group.groupName must not be null', code: 'VALIDATION_ERROR' },
    ],
    [
      'null',
      'POST',
      '/groups',
      'null',
      400,
      { message: 'HV000116: The object to be validated must not be null.', code: 'OTHER' },
    ],
    [
      'no body',
      'POST',
      '/groups',
      '',
      400,
      { message: 'HV000116: The object to be validated must not be null.', code: 'OTHER' },
    ],
    [
      'an unknown group',
      'GET',
      '/groups/nope',
      undefined,
      404,
      { message: 'Group nope does not exist', code: 'GROUP_NOT_EXISTS' },
    ],
    [
      'a group that is a path',
      'GET',
      '/groups/%2e%2e%2fgroups',
      undefined,
      404,
      { message: 'Group ../groups does not exist', code: 'GROUP_NOT_EXISTS' },
    ],
    [
      'an update of an unknown group',
      'PUT',
      '/groups/nope',
      '{}',
      404,
      { message: 'Group nope does not exist', code: 'GROUP_NOT_EXISTS' },
    ],
    [
      'the removal of an unknown group',
      'DELETE',
      '/groups/nope',
      undefined,
      404,
      { message: "Backup procedure for command 'RemoveGroup(nope)' failed on DC 'dc'.", code: 'OTHER' },
    ],
    ['an unknown path', 'GET', '/nothing', undefined, 404, { message: 'HTTP 404 Not Found', code: 'OTHER' }],
    [
      'another method',
      'DELETE',
      '/groups',
      undefined,
      405,
      { message: 'HTTP 405 Method Not Allowed', code: 'OTHER' },
    ],
  ])('with %s', async (_what, method, path, body, status, expected) => {
    const refused = await send(method, path, body)

    expect(refused.status).toBe(status)
    expect(refused.headers.get('content-type')).toBe('application/json')
    expect(await refused.json()).toEqual(expected)
  })

  it.each<[string, string, string]>([
    ['truncated JSON', '{"groupName":', 'FORMAT_ERROR'],
    ['a list', '[]', 'FORMAT_ERROR'],
    ['an object for the name', '{"groupName":{}}', 'FORMAT_ERROR'],
    ['400,000 brackets', '['.repeat(400_000), 'FORMAT_ERROR'],
  ])('with %s and the JSON error body', async (_what, body, code) => {
    const refused = await send('POST', '/groups', body)

    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ code })
  })

  it('with another media type', async () => {
    const refused = await send('POST', '/groups', '{"groupName":"acme2"}', 'text/plain')

    expect(refused.status).toBe(415)
    expect(await refused.json()).toEqual({
      message: 'HTTP 415 Unsupported Media Type',
      code: 'VALIDATION_ERROR',
    })
  })

  it('with a body that is too large', async () => {
    const refused = await send('POST', '/groups', JSON.stringify({ groupName: 'x'.repeat(600_000) }))

    expect(refused.status).toBe(413)
  })
})

describe('management', () => {
  it.each([
    ['/status/health', 200, 'application/vnd.spring-boot.actuator.v3+json', '{"status":"UP"}'],
    ['/status/ping', 200, 'text/plain', 'UP'],
    ['/status/ready', 200, 'text/plain', 'READY'],
    ['/mode', 200, 'text/plain', 'readWrite'],
    ['/roles', 200, 'application/json', '["admin","any"]'],
    ['/roles/topics/a.b', 200, 'application/json', '["admin","any","topicOwner"]'],
    [
      '/owners/sources',
      200,
      'application/json',
      '[{"name":"Plaintext","autocomplete":false,"deprecated":false}]',
    ],
    ['/owners/sources/Plaintext/Team%20A', 200, 'application/json', '{"id":"Team A","name":"Team A"}'],
    [
      '/owners/sources/Nope/x',
      404,
      'application/json',
      `{"message":"Owner source named 'Nope' not found","code":"OWNER_SOURCE_NOT_FOUND"}`,
    ],
  ])('answers %s', async (path, status, type, text) => {
    const answer = await send('GET', path)

    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      status,
      type,
      text,
    ])
  })

  it('shows its metrics under its own prefix', async () => {
    const answer = await send('GET', '/status/prometheus')

    expect(answer.headers.get('content-type')).toBe('text/plain;version=0.0.4;charset=utf-8')
    expect(await answer.text()).toContain('hermes_management_storage_health_check_successful_total')
  })

  it('sends the CORS headers with every answer', async () => {
    for (const path of ['/groups', '/nothing']) {
      const { headers } = await send('GET', path)
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-max-age')).toBe('1209600')
    }
  })
})

describe('SIGTERM', () => {
  it('ends management within 15 s, with an answer to what is under way and none to who comes later', async () => {
    const body = '{"groupName":"last"}'
    const head = ['POST /groups HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
    const rest = [`Content-Length: ${body.length}`, 'Expect: 100-continue', '', '']
    const slow = openRaw(stack.management.url, [...head, ...rest].join('\r\n'))
    await slow.untilAnswers(1)
    slow.write(body.slice(0, 5))
    const startMs = performance.now()

    const stopped = stack.management.stop()
    await eventually(() =>
      expect(fetch(`${stack.management.url}/status/ping`)).rejects.toThrow('fetch failed'),
    )
    slow.write(body.slice(5))
    const answers = await slow.untilAnswers(2)
    const exit = await stopped

    expect(answers.map(({ status }) => status)).toEqual([100, 201])
    expect(exit).toEqual({ code: 0, signal: null })
    expect(performance.now() - startMs).toBeLessThan(15_000)
  })
})
