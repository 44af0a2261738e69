import { describe, expect, it } from 'vitest'
import { HermesError } from '../errors/hermes-error.js'
import { memberAbout } from '../errors/member-about.js'
import { problemDetails } from '../errors/problem.js'
import { selectionOf } from '../dead-letters/selection.js'
import { parseGroup } from './group.js'
import { parseOAuthProvider } from './oauth-provider.js'
import { parseSubscription } from './subscription.js'
import { parseTopic } from './topic.js'

const owner = { source: 'Plaintext', id: 'x' }
const topic = { name: 'a.b', description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } }
const subscription = { topicName: 'a.b', name: 's', description: '', owner, endpoint: 'http://h/' }
const provider = {
  name: 'p',
  tokenEndpoint: 'http://h/',
  clientId: 'c',
  clientSecret: 's',
  requestTimeout: 100,
}

function detailsOf(work: () => unknown): Readonly<Record<string, unknown>> {
  try {
    work()
  } catch (error) {
    if (error instanceof HermesError) return problemDetails(error)
    throw error
  }
  return {}
}

describe('a refused body', () => {
  it.each<[pointer: string, work: () => unknown]>([
    ['/groupName', () => parseGroup({})],
    ['/groupName', () => parseGroup({ groupName: [] })],
    ['/name', () => parseTopic({ ...topic, name: null })],
    ['/name', () => parseTopic({ ...topic, name: 'a.b c' })],
    ['/owner/id', () => parseTopic({ ...topic, owner: { source: 'Plaintext' } })],
    ['/maxMessageSize', () => parseTopic({ ...topic, maxMessageSize: 1 })],
    ['/retentionTime/duration', () => parseTopic({ ...topic, retentionTime: { duration: -1 } })],
    ['/retentionTime/duration', () => parseTopic({ ...topic, retentionTime: { duration: {} } })],
    ['/auth/publishers/1', () => parseTopic({ ...topic, auth: { publishers: ['a', {}] } })],
    ['/quotas/bytesPerSecond', () => parseTopic({ ...topic, quotas: { bytesPerSecond: -1 } })],
    ['/topicName', () => parseSubscription({ ...subscription, topicName: null })],
    ['/topicName', () => parseSubscription({ ...subscription, topicName: 'nodot' })],
    ['/topicName', () => parseSubscription({ ...subscription, topicName: 'a.b c' })],
    [
      '/subscriptionPolicy/rate',
      () => parseSubscription({ ...subscription, subscriptionPolicy: { rate: 0 } }),
    ],
    [
      '/subscriptionPolicy/rate',
      () => parseSubscription({ ...subscription, subscriptionPolicy: { rate: '5' } }),
    ],
    ['/headers/0/name', () => parseSubscription({ ...subscription, headers: [{ name: 'a b', value: '' }] })],
    [
      '/retry/rules/0/on',
      () => parseSubscription({ ...subscription, retry: { rules: [{ on: '?', then: 'x' }] } }),
    ],
    [
      '/metricsConfig/messageProcessing/thresholdsMilliseconds/0',
      () =>
        parseSubscription({
          ...subscription,
          metricsConfig: { messageProcessing: { thresholdsMilliseconds: [0] } },
        }),
    ],
    ['/tokenRequestInitialDelay', () => parseOAuthProvider({ ...provider, tokenRequestMaxDelay: 0 })],
    ['/ids', () => selectionOf({ ids: [] })],
    ['/filter/color', () => selectionOf({ filter: { color: 'red' } })],
  ])('names the place of what is wrong: %s', (pointer, work) => {
    expect(detailsOf(work)).toMatchObject({ status: 400, pointer })
  })

  it('names each place where more than one thing is wrong', () => {
    const details = detailsOf(() => parseTopic({ ...topic, owner: null, maxMessageSize: 1 }))

    expect(details['errors']).toEqual(
      expect.arrayContaining([
        { detail: 'Topic.owner must not be null', pointer: '/owner' },
        { detail: 'Topic.maxMessageSize must be greater than or equal to 1024', pointer: '/maxMessageSize' },
      ]),
    )
    expect(detailsOf(() => parseTopic({ ...topic, owner: null }))).not.toHaveProperty('errors')
  })

  it('names no place where the whole is wrong', () => {
    const batch = { ...subscription, deliveryType: 'BATCH', contentType: 'AVRO' }

    expect(detailsOf(() => parseSubscription(batch))).not.toHaveProperty('pointer')
    expect(memberAbout('')).toEqual({})
  })
})
