/**
 * The chat workshop of the lecture, each row under its name: instances of the chat talk over one topic of two
 * partitions, whoever listens hears all of it, and can go on where it stopped.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { listenTo, type Listener } from '@iris/common/http/testing/event-stream'
import { startChat, type Chat } from '@iris/examples/chat/chat'
import { ensureChatTopic } from '@iris/examples/chat/topic'
import { eventually } from '../support/eventually.js'
import { runExample, startExample } from '../support/example-program.js'
import { startTestStack, type TestStack } from '../support/stack.js'

interface Heard {
  readonly partition: number
  readonly offset: number
  readonly key: string
  readonly body: { readonly sender: string; readonly message: string }
}

let stack: TestStack
const chats: Chat[] = []
const listeners: Listener[] = []
let topicCount = 0

beforeAll(async () => {
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
    settings: { 'management-service': { 'management.topic.partitions': '2' } },
  })
})
afterAll(async () => {
  listeners.forEach(listener => listener.close())
  await Promise.all(chats.map(chat => chat.stop()))
  await stack.stop()
})

const frontend = (): string => stack.frontends[0]?.url ?? ''
/** A chat of its own for each test, as `names` talk in it. */
async function chatOf(...names: string[]): Promise<{ readonly topic: string; readonly instances: Chat[] }> {
  const topic = `${stack.group}.chat${++topicCount}`
  await ensureChatTopic(stack.api, topic)
  const common = { topic, frontend: frontend(), api: stack.api, host: '127.0.0.1', port: 0 }
  const instances = await Promise.all(names.map(name => startChat({ ...common, name })))
  chats.push(...instances)
  return { topic, instances }
}
const get = (url: string): Promise<Response> => fetch(url, { signal: AbortSignal.timeout(20_000) })
async function say(chat: Chat | undefined, text: string, sender?: string): Promise<void> {
  const query = sender === undefined ? '' : `?sender=${sender}`
  const url = `${chat?.url}/chat/send/${encodeURIComponent(text)}${query}`
  const answer = await get(url)
  expect([answer.status, await answer.text()]).toEqual([201, expect.stringContaining('"id":"')])
}
/** Listens, and resolves when the stream has told where it stands. */
async function listen(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
  const listener = await listenTo(url, headers)
  listeners.push(listener)
  expect(listener.status).toBe(200)
  await eventually(() => expect(listener.text()).toContain('id: '))
  return listener
}
const read = (chat: Chat | undefined, query = ''): Promise<Listener> =>
  listen(`${chat?.url}/chat/read${query}`)
const heard = (listener: Listener): Heard[] => listener.data().map(data => JSON.parse(data) as Heard)
const texts = (listener: Listener): string[] => heard(listener).map(({ body }) => body.message)
const hears = (listener: Listener, ...expected: string[]): Promise<void> =>
  eventually(() => expect(texts(listener).sort()).toEqual(expected.sort()))

describe('the chat', () => {
  it('G1: sends by GET and by POST, and another instance hears it', async () => {
    const [g1, g2] = (await chatOf('g1', 'g2')).instances
    const listener = await read(g2)
    await say(g1, 'hello, <b>all</b>')
    const body = JSON.stringify({ sender: 'g2', message: 'by POST' })
    const posted = await fetch(`${g2?.url}/chat/send`, { method: 'POST', body })

    expect(posted.status).toBe(201)
    await hears(listener, 'hello, <b>all</b>', 'by POST')
    const refused = await fetch(`${g1?.url}/chat/send`, { method: 'POST', body: '{"sender":1}' })
    expect(refused.status).toBe(400)
  })

  it('G1: talks from a program of its own too, which says why where it cannot start', async () => {
    const { topic, instances } = await chatOf('g1')
    const addresses = ['--frontend', frontend(), '--management', stack.management.url]
    const { url, program } = await startExample('chat', [
      ...addresses,
      ...['--name', 'g9', '--topic', topic, '--port', '0'],
    ])
    const listeners = [await read(instances[0]), await listen(`${url}/chat/read`)]
    expect((await get(`${url}/chat/send/hello`)).status).toBe(201)
    for (const listener of listeners) await hears(listener, 'hello')
    expect(heard(listeners[0]!)[0]?.body.sender).toBe('g9')
    expect(await program.stop()).toEqual({ code: 0, signal: null })

    const lonely = await runExample('chat', ['--management', 'http://127.0.0.1:1'])
    expect(lonely).toMatchObject({ code: 1, screen: expect.stringContaining('Is Iris running') })
  })

  it('shows a page that runs no script but its own', async () => {
    const [g1] = (await chatOf('g1')).instances
    const page = await fetch(`${g1?.url}/`)

    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'sha256-/)
    expect(await page.text()).not.toMatch(/innerHTML|https?:/)
  })

  it('G2: reads as Server-Sent Events, and goes on behind Last-Event-ID', async () => {
    const { topic, instances } = await chatOf('g1')
    const listener = await read(instances[0])
    await say(instances[0], 'one')
    await hears(listener, 'one')
    await say(instances[0], 'two')
    await hears(listener, 'one', 'two')

    const id = listener.events()[0]?.id ?? ''
    expect(id).toMatch(/^[01]-\d+/)
    const resumed = await listen(`${instances[0]?.url}/chat/read`, { 'Last-Event-ID': id })
    await hears(resumed, 'two')
    const plain = await listen(`${frontend()}/topics/${topic}/events?from=earliest`)
    await eventually(() => expect(plain.data()[1]).toBe('{"sender":"g1","message":"two"}'))
    expect(plain.text()).toContain('event: message\ndata: {"sender":"g1","message":"one"}\n\n')
  })

  it('G3: lets everybody hear everything, and listeners of one group share', async () => {
    const [g1] = (await chatOf('g1')).instances
    const all = [await read(g1), await read(g1)]
    const shared = [await read(g1, '?group=g'), await read(g1, '?group=g')]
    for (let count = 0; count < 6; count++) await say(g1, `${count}`)

    for (const listener of all) await hears(listener, '0', '1', '2', '3', '4', '5')
    await eventually(() => expect(shared.flatMap(texts).sort()).toEqual(['0', '1', '2', '3', '4', '5']))
    expect(shared.map(listener => texts(listener).length)).toEqual([3, 3])
  })

  it('G4: keeps the newest messages at hand for who comes later', async () => {
    const [g1] = (await chatOf('g1')).instances
    for (let count = 1; count <= 5; count++) await say(g1, `${count}`)

    await hears(await read(g1, '?replay=3'), '3', '4', '5')
  })

  it('G5: shows only the messages of the sender that is asked for', async () => {
    const [g1, g2] = (await chatOf('g1', 'g2')).instances
    const [onlyG1, everybody] = [await read(g2, '?sender=g1'), await read(g2)]
    await say(g1, 'of g1')
    await say(g2, 'of g2')

    await hears(everybody, 'of g1', 'of g2')
    await hears(onlyG1, 'of g1')
  })

  it('G6: keeps the messages of one sender on one partition, in order', async () => {
    const [g1] = (await chatOf('g1')).instances
    const sent = Array.from({ length: 10 }, (_, index) => `${index}`)
    for (const text of sent) await say(g1, text)
    await say(g1, 'other', 'g2')

    const listener = await read(g1, '?from=earliest')
    await hears(listener, ...sent, 'other')
    const ofG1 = heard(listener).filter(({ key }) => key === 'g1')
    expect(ofG1.map(({ body }) => body.message)).toEqual(sent)
    expect(new Set(ofG1.map(({ partition }) => partition)).size).toBe(1)
  })

  it('G7: begins where the listener wants: at the beginning, at a time, or now', async () => {
    const [g1] = (await chatOf('g1')).instances
    for (let count = 1; count <= 4; count++) await say(g1, `${count}`)
    const all = await read(g1, '?from=earliest')
    await hears(all, '1', '2', '3', '4')

    const past = await read(g1, '?from=2020-01-01T00:00:00Z')
    const future = await read(g1, '?from=2999-01-01T00:00:00Z')
    const now = await read(g1, '?from=latest')
    await say(g1, '5')

    await hears(past, '1', '2', '3', '4', '5')
    await hears(now, '5')
    await hears(future, '5')
    expect((await listenTo(`${g1?.url}/chat/read?from=yesterday`)).status).toBe(400)
  })

  it('G8: carries 100 messages to 20 listeners, and none is missing', async () => {
    const { topic } = await chatOf()
    const url = `${frontend()}/topics/${topic}/events?envelope=true`
    const crowd = await Promise.all(Array.from({ length: 20 }, () => listen(url)))
    const sent = Array.from({ length: 100 }, (_, index) => `${index}`)
    const bodies = sent.map(message => JSON.stringify({ sender: 'g1', message }))
    const published = await Promise.all(bodies.map(body => stack.publish(topic, body)))

    expect(new Set(published.map(({ status }) => status))).toEqual(new Set([201]))
    for (const listener of crowd) await hears(listener, ...sent)
    expect(crowd.flatMap(texts)).toHaveLength(2_000)
  })
})

describe('the notice board', () => {
  it('A5: gives its notes to whoever comes to look, and each as often as it comes', async () => {
    const { topic } = await chatOf()
    for (const note of ['1', '2']) expect((await stack.publish(topic, note)).status).toBe(201)
    const look = async (
      query: string,
    ): Promise<{ readonly items: readonly { readonly body: number }[]; next: string }> => {
      const answer = await fetch(`${frontend()}/topics/${topic}/messages?${query}`, {
        signal: AbortSignal.timeout(40_000),
      })
      expect(answer.status).toBe(200)
      return (await answer.json()) as Awaited<ReturnType<typeof look>>
    }

    const [first, second] = await Promise.all([look('from=earliest&max=10'), look('from=earliest&max=10')])
    expect(first?.items.map(({ body }) => body).sort()).toEqual([1, 2])
    expect(second?.items.map(({ body }) => body).sort()).toEqual([1, 2])
    expect((await look(`from=${first?.next}`)).items).toEqual([])
    const waiting = look(`from=${first?.next}&wait=30s`)
    await stack.publish(topic, '3')
    expect((await waiting).items.map(({ body }) => body)).toEqual([3])
  })

  it('is a topic, for GET only, and tells when it is taken down', async () => {
    const { topic } = await chatOf()
    const address = `${frontend()}/topics/${topic}/events`
    const listener = await listen(address)

    expect((await fetch(address, { method: 'HEAD' })).status).toBe(405)
    expect((await fetch(address, { method: 'POST', body: '1' })).status).toBe(405)
    const unknown = await fetch(`${frontend()}/topics/${stack.group}.nothing/events`)
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'TOPIC_NOT_EXISTS' }])
    expect((await stack.api.deleteTopic(topic)).status).toBe(200)
    await listener.closed
    expect(listener.events().map(({ event }) => event)).toEqual(['end'])
    expect(listener.data()[0]).toContain('"reason":"removed"')
  })
})

describe('snapshot events', () => {
  const look = async (
    topic: string,
    key: string,
  ): Promise<{ status: number; text: string; headers: Headers }> => {
    const url = `${frontend()}/topics/${topic}/snapshot/${key}`
    const answer = await fetch(url, { signal: AbortSignal.timeout(40_000) })
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }

  it('C8: are the whole state, of which the newest of each key can be asked for', async () => {
    const topic = await stack.createTopic({ compaction: 'KEY' })
    const price = async (key: string, amount: number): Promise<string | null> => {
      const headers = { 'Partition-Key': key }
      const answer = await stack.publish(topic, JSON.stringify({ price: amount }), { headers })
      expect(answer.status).toBe(201)
      return answer.headers.get('hermes-message-id')
    }
    await price('o1', 100)
    expect((await look(topic, 'o1')).text).toBe('{"price":100}')
    const id = await price('o1', 120)
    await price('a/b c', 7)

    const newest = await look(topic, 'o1')
    expect(newest).toMatchObject({ status: 200, text: '{"price":120}' })
    expect(newest.headers.get('hermes-message-id')).toBe(id)
    expect((await look(topic, encodeURIComponent('a/b c'))).text).toBe('{"price":7}')
    const none = await look(topic, 'o2')
    expect([none.status, none.text]).toEqual([404, expect.stringContaining('SNAPSHOT_NOT_EXISTS')])
    expect((await stack.publish(topic, '{"price":1}')).status).toBe(400)
    const changed = await stack.api.manage('PUT', `/topics/${topic}`, { compaction: null })
    expect([changed.status, changed.text]).toEqual([400, expect.stringContaining('Cannot change compaction')])
    expect((await look(await stack.createTopic(), 'o1')).status).toBe(400)
  })
})
