/**
 * F6 and F8 of the hostile programme: names that are more than names, and members that nobody may set.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { localOwner } from '@iris/local-stack/iris-api'
import { startTestStack, type TestStack } from '../support/stack.js'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper'), frontends: 0, consumers: 0 },
  })
})
afterAll(() => stack.stop())

const evil = [
  ...['', '.', '..', '../x', 'a/b', 'a%2fb', '%2e%2e', 'a\\b', 'a b', ' a', 'a\n', 'a\u0000b', 'a$b', 'a:b'],
  // Look-alikes: Cyrillic, full width, a combining accent, a zero-width joint, the other direction.
  ...['оrders', 'ｏrders', 'o\u0301rders', 'or\u200dders', '\u202esredro', '🦊', 'x'.repeat(300)],
]
const lettersMax = 249
const provider = {
  ...{ tokenEndpoint: 'http://127.0.0.1:9/token', clientId: 'c', clientSecret: 's' },
  ...{ tokenRequestInitialDelay: 1, tokenRequestMaxDelay: 2, requestTimeout: 500 },
}
const topicForm = (name: string): object => ({
  ...{ name, description: '', owner: localOwner, contentType: 'JSON', retentionTime: { duration: 1 } },
})
const subscriptionForm = (topicName: string, name: string): object => ({
  ...{ topicName, name, description: '', owner: localOwner, endpoint: 'http://127.0.0.1:9/' },
})

async function ask(method: string, path: string, body?: unknown): Promise<[status: number, body: unknown]> {
  const { status, text } = await stack.api.manage(method, path, body)
  return [status, /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text]
}

const isRefusal = (body: unknown): boolean => typeof body === 'object' && body !== null && 'code' in body

const listed = async (): Promise<unknown[]> =>
  Promise.all(['/groups', '/topics', '/oauth/providers', '/keys'].map(path => ask('GET', path)))

describe('F6: a name', () => {
  it('that is more than a name is one of nothing, and leaves nothing', async () => {
    const topic = await existingTopic()
    const before = await listed()
    const accepted = await Promise.all(
      evil.map(async name => {
        const answers = await Promise.all([
          ask('POST', '/topics', topicForm(`${stack.group}.${name}`)),
          ask('POST', `/topics/${topic}/subscriptions`, subscriptionForm(topic, name)),
          ask('POST', '/keys', { name, roles: ['admin'] }),
          // Groups and providers may be as long as ZooKeeper takes them, as in Hermes.
          ...(name.length > lettersMax ? [] : [ask('POST', '/groups', { groupName: name })]),
          ...(name.length > lettersMax ? [] : [ask('POST', '/oauth/providers', { ...provider, name })]),
        ])
        return answers.filter(([status, body]) => status < 400 || status >= 500 || !isRefusal(body))
      }),
    )

    expect(accepted.flat()).toEqual([])
    expect(await listed()).toEqual(before)
    expect(await ask('GET', `/topics/${topic}/subscriptions`)).toEqual([200, []])
  })

  it.each(['..%2f..', '%2e%2e%2fx', '%00', 'a%0d%0ab', '%c0%ae', '%zz'])(
    'in a path, %s, reaches nothing',
    async name => {
      const answers = await Promise.all(
        [`/groups/${name}`, `/topics/${name}`, `/oauth/providers/${name}`, `/keys/${name}`].flatMap(path => [
          ask('GET', path),
          ask('DELETE', path),
        ]),
      )
      for (const [status] of answers) expect([400, 404, 405]).toContain(status)
    },
  )

  it.each(['__proto__', 'constructor', 'toString'])('%s is one like any other', async name => {
    const topic = `${stack.group}.${name}`
    expect((await ask('GET', `/topics/${topic}`))[0]).toBe(404)
    expect((await ask('POST', '/topics', topicForm(topic)))[0]).toBe(201)
    expect((await ask('POST', `/topics/${topic}/subscriptions`, subscriptionForm(topic, name)))[0]).toBe(201)

    expect((await ask('GET', `/topics/${topic}`))[1]).toMatchObject({ name: topic })
    expect(await ask('GET', `/topics/${topic}/subscriptions`)).toEqual([200, [name]])
    expect((await ask('DELETE', `/topics/${topic}/subscriptions/${name}`))[0]).toBe(200)
    expect((await ask('DELETE', `/topics/${topic}`))[0]).toBe(200)
    expect((await ask('GET', `/oauth/providers/${name}`))[0]).toBe(404)
  })
})

describe('F8: members that nobody may set', () => {
  const foreign = { createdAt: 1, modifiedAt: 2, id: 'x', isAdmin: true, version: 99, _w: true }
  const polluted = JSON.parse(
    '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}',
  ) as object

  it('are not those of a topic, a subscription or a provider, however they are sent', async () => {
    const topic = `${stack.group}.assigned`
    const subscriptions = `/topics/${topic}/subscriptions`
    expect((await ask('POST', '/topics', { ...topicForm(topic), ...foreign, ...polluted }))[0]).toBe(201)
    const form = { ...subscriptionForm(topic, 's'), ...foreign, ...polluted, suspendedReason: 'because' }
    expect((await ask('POST', subscriptions, form))[0]).toBe(201)
    const idp = { ...provider, ...foreign, ...polluted, name: 'assigned' }
    expect((await ask('POST', '/oauth/providers', idp))[0]).toBe(201)
    const things = [`/topics/${topic}`, `${subscriptions}/s`, '/oauth/providers/assigned']
    const made = await Promise.all(things.map(path => ask('GET', path)))
    for (const path of things) expect((await ask('PUT', path, { ...foreign, ...polluted }))[0]).toBe(200)

    for (const [index, path] of things.entries()) {
      const [, shown] = (await ask('GET', path)) as [number, Record<string, unknown>]
      for (const member of ['id', 'isAdmin', 'version', '_w', 'suspendedReason', 'constructor'])
        expect(Object.hasOwn(shown, member)).toBe(false)
      if ('createdAt' in shown) expect(shown['createdAt']).toBeGreaterThan(1_000_000_000)
      // A change that says nothing known changes nothing; only Hermes writes a node again all the same.
      const rest = Object.entries(shown).filter(([member]) => member !== 'modifiedAt')
      expect(made[index]![1]).toMatchObject(Object.fromEntries(rest))
    }
  })

  it('are refused in a key, which would be given more than its maker meant', async () => {
    for (const extra of [{ isAdmin: true }, { hash: 'x' }, { createdBy: 'somebody' }, { revoked: false }]) {
      const [status, body] = await ask('POST', '/keys', { name: 'assigned', roles: [], ...extra })
      expect([status, body]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_ERROR' })])
    }
    expect((await ask('GET', '/keys/assigned'))[0]).toBe(404)
  })

  it('do not move a thing to another name, group or topic', async () => {
    const topic = await existingTopic()
    expect((await ask('PUT', `/topics/${topic}`, { name: `${stack.group}.elsewhere` }))[0]).toBe(400)
    expect((await ask('PUT', `/groups/${stack.group}`, { groupName: 'elsewhere' }))[0]).toBe(400)
    expect((await ask('GET', `/topics/${stack.group}.elsewhere`))[0]).toBe(404)
    expect((await ask('GET', '/groups/elsewhere'))[0]).toBe(404)
  })
})

let existing: Promise<string> | null = null
function existingTopic(): Promise<string> {
  existing ??= stack.createTopic({ name: `${stack.group}.existing` })
  return existing
}
