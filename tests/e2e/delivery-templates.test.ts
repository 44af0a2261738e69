import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

describe('an endpoint with a template', () => {
  let stack: TestStack
  let first: Subscriber
  let second: Subscriber

  beforeAll(async () => {
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
    ;[first, second] = await Promise.all([startSubscriber(), startSubscriber()])
  })
  afterEach(() => {
    first.forget()
    second.forget()
  })
  afterAll(async () => {
    await stack.stop()
    await Promise.all([first.stop(), second.stop()])
  })

  const hostOf = (subscriber: Subscriber): string => `127.0.0.1:${subscriber.port}`
  async function deadLetters(topic: string, name: string): Promise<{ reason: string; attempts: number }[]> {
    const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
    return (JSON.parse(answer.text) as { items: { reason: string; attempts: number }[] }).items
  }

  it('is filled in from each message, and may become a plain one and back', async () => {
    const topic = await stack.createTopic()
    const template = `http://user:word@${hostOf(first)}/d/{user.name}/{id}{?status}`
    const name = await stack.createSubscription(topic, template)
    await stack.publish(topic, '{"id":1,"user":{"name":"Jan K/ł"},"status":"new"}')
    await stack.publish(topic, '{"id":9007199254740993,"user":{"name":""},"status":["a","b"]}')
    const received = await first.waitFor(2)

    expect(received.map(each => each.path).sort()).toEqual([
      '/d//9007199254740993?status=a,b',
      '/d/Jan%20K%2F%C5%82/1?status=new',
    ])
    expect(received[0]?.headers['authorization']).toMatch(/^Basic /)

    await stack.api.updateSubscription(topic, name, { endpoint: `${first.url}/plain` })
    await eventually(async () => {
      await stack.publish(topic, '{"id":2}')
      expect(first.received('/plain').length).toBeGreaterThan(0)
    })
    await stack.api.updateSubscription(topic, name, { endpoint: `${first.url}/again/{id}` })
    await eventually(async () => {
      await stack.publish(topic, '{"id":3}')
      expect(first.received('/again/3').length).toBeGreaterThan(0)
    })
  })

  it('may name the host, each of which gets its own messages', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, 'http://{+host}/in/{n}')
    for (let n = 0; n < 10; n++) {
      const host = hostOf(n % 2 === 0 ? first : second)
      await stack.publish(topic, JSON.stringify({ host, n }))
    }
    // What an earlier test still gets does not count.
    const pathsOf = (subscriber: Subscriber): string[] =>
      subscriber.received().flatMap(({ path }) => (path.startsWith('/in/') ? [path] : []))
    await eventually(() => expect(pathsOf(first).length + pathsOf(second).length).toBe(10))

    expect(pathsOf(first).sort()).toEqual([0, 2, 4, 6, 8].map(n => `/in/${n}`))
    expect(pathsOf(second).sort()).toEqual([1, 3, 5, 7, 9].map(n => `/in/${n}`))
  })

  it('sends nothing for a message that does not fill it, tries again, and gives it up as unresolved', async () => {
    const topic = await stack.createTopic()
    const endpoint = `${first.url}/{id}`
    const name = await stack.createSubscription(topic, endpoint, {
      subscriptionPolicy: { messageTtl: 2, messageBackoff: 200 },
    })
    await stack.publish(topic, '{"other":1}')
    await stack.publish(topic, '{"id":1}')
    const [item] = await eventually(async () => {
      const items = await deadLetters(topic, name)
      expect(items).toHaveLength(1)
      return items
    })

    expect(item?.reason).toBe(`Failed to resolve EndpointAddress{endpoint=${endpoint}}`)
    expect(item?.attempts).toBeGreaterThanOrEqual(2)
    expect(first.received().map(each => each.path)).toEqual(['/1'])
  })

  it('reaches no forbidden address, whatever a message says', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, 'http://{+host}/', {
      subscriptionPolicy: { messageTtl: 0 },
    })
    const hosts = ['10.0.0.1', '[::ffff:10.0.0.1]', '0xa.1', '169.254.169.254', 'user@10.0.0.1', 'no host']
    for (const host of hosts) await stack.publish(topic, JSON.stringify({ host }))
    const items = await eventually(async () => {
      const found = await deadLetters(topic, name)
      expect(found).toHaveLength(hosts.length)
      return found
    })

    const reasons = items.map(each => each.reason)
    expect(reasons.filter(reason => reason.startsWith('This endpoint may not be called'))).toHaveLength(4)
    expect(reasons.filter(reason => reason.startsWith('Failed to resolve'))).toHaveLength(2)
  })

  it('is refused with a variable that no message can have', async () => {
    const topic = await stack.createTopic()
    const answer = await stack.api.createSubscription({
      ...{ topicName: topic, name: 'refused', description: '', owner: { source: 'Plaintext', id: 'x' } },
      endpoint: `${first.url}/{items[0].c}`,
    })

    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toEqual({
      message: 'The variable name items[0].c contains invalid characters',
      code: 'OTHER',
    })
  })
})
