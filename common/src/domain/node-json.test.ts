import { plainVault } from '../secrets/vault.js'
import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from './names.js'
import {
  groupToNode,
  isUnreadable,
  oAuthProviderToNode,
  readOAuthProviderNode,
  readSubscriptionNode,
  readTopicNode,
  subscriptionToNode,
  topicToNode,
} from './node-json.js'
import { compileSerialPolicy } from './policy.js'
import { parseSubscription, type Subscription } from './subscription.js'
import { parseTopic, type Topic } from './topic.js'
import type { GroupName } from './names.js'

const topicName = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const times = { ctimeMs: 1000, mtimeMs: 2000 }
const owner = { source: 'Plaintext', id: 'x' }

function topicFrom(json: unknown): Topic {
  const topic = readTopicNode(topicName, Buffer.from(JSON.stringify(json)), times)
  if (isUnreadable(topic)) throw new Error(topic.problem)
  return topic
}

function subscriptionFrom(json: unknown): Subscription {
  const read = readSubscriptionNode(
    { topic: topicName, name },
    { data: Buffer.from(JSON.stringify(json)), stat: times },
    plainVault,
  )
  if (isUnreadable(read)) throw new Error(read.problem)
  return read
}

describe('a node', () => {
  it('of a group holds its name', () => {
    expect(groupToNode('acme' as GroupName).toString()).toBe('{"groupName":"acme"}')
  })

  it('of a topic reads back as it was written, with the times of the node', () => {
    const body = {
      name: topicName,
      description: 'd',
      owner,
      contentType: 'JSON',
      retentionTime: { duration: 2 },
    }
    const topic = parseTopic(body)

    const read = readTopicNode(topicName, topicToNode(topic), times)

    expect(read).toEqual({ ...topic, createdAtMs: 1000, modifiedAtMs: 2000 })
  })

  it('of a subscription reads back as it was written, secrets too', () => {
    const subscription = parseSubscription({
      topicName,
      name,
      description: '',
      owner,
      endpoint: 'http://a:b@c/',
      ordering: 'KEY',
      headers: [{ name: 'a', value: 'b' }],
      subscriptionPolicy: { inflightSize: 5 },
    })

    const read = readSubscriptionNode(
      { topic: topicName, name },
      { data: subscriptionToNode(subscription, plainVault), stat: times },
      plainVault,
    )

    expect(read).toEqual({ ...subscription, createdAtMs: 1000, modifiedAtMs: 2000 })
  })

  it('that another writer made may lack members, have unknown ones, and disagree about its name', () => {
    const topic = topicFrom({ name: 'other.name', labels: [{ value: 'x' }], future: {} })
    const subscription = subscriptionFrom({
      endpoint: 'http://h/',
      subscriptionPolicy: { rate: null, future: 1 },
    })

    expect(topic).toMatchObject({ name: topicName, contentType: 'JSON', ack: 'LEADER' })
    expect(topic.retentionTime).toEqual({ duration: 1, retentionUnit: 'DAYS' })
    expect(subscription).toMatchObject({
      name,
      topicName,
      state: 'PENDING',
      subscriptionPolicy: { rate: 400 },
    })
  })

  it('that is written over keeps members of another writer, and loses those that a change takes away', () => {
    const text = {
      ...{ endpoint: 'http://h/', ordering: 'KEY', trackingEnabled: true, future: { a: 1 } },
      subscriptionPolicy: { rate: 5, future: 1 },
    }
    const former = Buffer.from(JSON.stringify(text))
    const subscription = { ...subscriptionFrom(text), ordering: 'NONE' as const }

    const node = JSON.parse(subscriptionToNode(subscription, plainVault, former).toString()) as Record<
      string,
      unknown
    >

    expect(node).toMatchObject({ future: { a: 1 }, subscriptionPolicy: { rate: 5, future: 1 } })
    expect(node).not.toHaveProperty('ordering')
    expect(topicToNode(topicFrom({}), Buffer.from('127.0.0.1'))).toEqual(topicToNode(topicFrom({})))
  })

  it.each([
    ['nothing', ''],
    ['an address, as a client writes by default', '127.0.0.1'],
    ['half a JSON text', '{"endpoint":'],
    ['a list', '[]'],
    ['a wrong type', '{"endpoint":{}}'],
    ['no endpoint', '{}'],
    ['an unknown word', '{"endpoint":"http://h","deliveryType":"LATER"}'],
    ['a policy of a wrong type', '{"endpoint":"http://h","subscriptionPolicy":{"rate":"x"}}'],
  ])('with %s is a problem and never an exception', (_what, text) => {
    const read = readSubscriptionNode(
      { topic: topicName, name },
      { data: Buffer.from(text), stat: times },
      plainVault,
    )

    expect(isUnreadable(read) && read.problem).toMatch(/^Subscription acme\.orders\$billing: /)
  })
})

describe("a provider's node", () => {
  it('is written as Hermes does, and read again', () => {
    const provider = {
      ...{ name: 'idp', tokenEndpoint: 'http://idp/token', clientId: 'c', clientSecret: 's3cret' },
      ...{ tokenRequestInitialDelay: 100, tokenRequestMaxDelay: 200, requestTimeout: 500, socketTimeout: 0 },
    }
    const node = oAuthProviderToNode(provider, plainVault)

    expect(JSON.parse(node.toString())).toEqual(provider)
    expect(readOAuthProviderNode('idp', node, plainVault)).toEqual(provider)
  })

  it.each(['', 'no json', '[]', '{"requestTimeout":{}}'])('that holds %j is unreadable', text => {
    const read = readOAuthProviderNode('idp', Buffer.from(text), plainVault)

    expect(isUnreadable(read) && read.problem).toMatch(/^OAuth provider idp: /)
  })
})

describe('a compiled policy', () => {
  it('is in milliseconds and has no optionals', () => {
    const { subscriptionPolicy } = parseSubscription({
      topicName,
      name,
      description: '',
      owner,
      endpoint: 'http://h',
    })

    expect('rate' in subscriptionPolicy && compileSerialPolicy(subscriptionPolicy)).toEqual({
      rate: 400,
      messageTtlMs: 3_600_000,
      backoff: { firstMs: 100, factor: 1, capMs: 600_000 },
      requestTimeoutMs: 1000,
      socketTimeoutMs: 0,
      sendingDelayMs: 0,
      inflightMax: 100,
      retryClientErrors: false,
      retriesUnauthorized: false,
      rules: [],
    })
  })

  it('moves what another writer stored out of bounds to the nearest bound', () => {
    const { subscriptionPolicy } = subscriptionFrom({
      endpoint: 'http://h/',
      subscriptionPolicy: { rate: 0, messageTtl: 9999, requestTimeout: 1, backoffMultiplier: 99 },
    })

    const policy = 'rate' in subscriptionPolicy ? compileSerialPolicy(subscriptionPolicy) : undefined

    expect(policy).toMatchObject({
      rate: 1,
      messageTtlMs: 7_200_000,
      requestTimeoutMs: 100,
      backoff: { factor: 10 },
    })
  })
})
