import { describe, expect, it } from 'vitest'
import { HermesError } from '../errors/hermes-error.js'
import { subscriptionAnswer, subscriptionJson } from './subscription-json.js'
import { parseSubscription } from './subscription.js'
import { unsupportedInSubscription } from './supported.js'

const body = {
  topicName: 'acme.orders',
  name: 'billing',
  description: 'bills',
  endpoint: 'http://svc:pa55@billing.local:8000/in',
  owner: { source: 'Plaintext', id: 'Orders Team' },
}

function refusalOf(json: unknown, purpose: 'create' | 'patch' = 'create'): { code: string; message: string } {
  try {
    parseSubscription(json, purpose)
  } catch (error) {
    if (error instanceof HermesError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('accepted')
}

describe('a subscription body', () => {
  it('gets every default of Hermes, and its password is masked in answers', () => {
    const { createdAt, modifiedAt, ...answer } = subscriptionAnswer(parseSubscription(body))

    expect([createdAt, modifiedAt]).toEqual([0, 0])
    expect(answer).toEqual({
      topicName: 'acme.orders',
      name: 'billing',
      endpoint: 'http://svc:*****@billing.local:8000/in',
      state: 'PENDING',
      description: 'bills',
      subscriptionPolicy: {
        rate: 400,
        messageTtl: 3600,
        messageBackoff: 100,
        requestTimeout: 1000,
        socketTimeout: 0,
        sendingDelay: 0,
        backoffMultiplier: 1,
        backoffMaxIntervalInSec: 600,
        retryClientErrors: false,
        backoffMaxIntervalMillis: 600000,
      },
      trackingEnabled: false,
      trackingMode: 'trackingOff',
      owner: { source: 'Plaintext', id: 'Orders Team' },
      monitoringDetails: { severity: 'NON_IMPORTANT', reaction: '' },
      contentType: 'JSON',
      deliveryType: 'SERIAL',
      filters: [],
      mode: 'ANYCAST',
      headers: [],
      endpointAddressResolverMetadata: {},
      http2Enabled: false,
      profilingEnabled: false,
      profilingThresholdMs: 0,
      subscriptionIdentityHeadersEnabled: false,
      autoDeleteWithTopicEnabled: false,
      metricsConfig: { messageProcessing: { thresholdsMilliseconds: [], enabled: false } },
    })
  })

  it('gets the defaults of a batch policy', () => {
    const subscription = parseSubscription({ ...body, deliveryType: 'BATCH' })

    expect(subscription.subscriptionPolicy).toEqual({
      messageTtl: 60,
      messageBackoff: 500,
      requestTimeout: 30000,
      batchSize: 100,
      batchTime: 30000,
      batchVolume: 64000,
      retryClientErrors: false,
    })
  })

  it('hides ordering from Hermes unless it is asked for', () => {
    expect(subscriptionJson(parseSubscription(body))).not.toHaveProperty('ordering')
    expect(subscriptionJson(parseSubscription({ ...body, ordering: 'KEY' }))).toMatchObject({
      ordering: 'KEY',
    })
  })

  it.each([
    [{}, 'trackingOff'],
    [{ trackingEnabled: true }, 'trackingAll'],
    [{ trackingEnabled: true, trackingMode: 'discardedOnly' }, 'discardedOnly'],
    [{ trackingMode: 'nonsense' }, 'trackingOff'],
  ])('with %j is tracked as %s', (members, expected) => {
    expect(parseSubscription({ ...body, ...members }).trackingMode).toBe(expected)
  })

  it('never shows an OAuth password', () => {
    const oAuthPolicy = { grantType: 'password', providerName: 'p', username: 'u', password: 'secret' }

    const answer = JSON.stringify(subscriptionAnswer(parseSubscription({ ...body, oAuthPolicy })))

    expect(answer).toContain('"password":"******"')
    expect(answer).not.toContain('secret')
  })

  const policy = (subscriptionPolicy: unknown): object => ({ ...body, subscriptionPolicy })

  it.each<[string, unknown, string, RegExp]>([
    ['no topic name', { ...body, topicName: null }, 'OTHER', /topicName/],
    ['a topic name without a dot', { ...body, topicName: 'x' }, 'FORMAT_ERROR', /Invalid qualified name x/],
    ['an empty name', { ...body, name: '' }, 'VALIDATION_ERROR', /Subscription\.name must not be empty/],
    ['a path as name', { ...body, name: '..' }, 'VALIDATION_ERROR', /Subscription\.name must match/],
    [
      'rate 0',
      policy({ rate: 0 }),
      'VALIDATION_ERROR',
      /^Subscription\.serialSubscriptionPolicy\.rate must be greater than or equal to 1$/,
    ],
    [
      'TTL 7201',
      policy({ messageTtl: 7201 }),
      'VALIDATION_ERROR',
      /messageTtl must be less than or equal to 7200$/,
    ],
    [
      'request timeout 99',
      policy({ requestTimeout: 99 }),
      'VALIDATION_ERROR',
      /requestTimeout must be greater than or equal to 100$/,
    ],
    [
      'inflight 0',
      policy({ inflightSize: 0 }),
      'VALIDATION_ERROR',
      /inflightSize must be greater than or equal to 1$/,
    ],
    ['a rate as text', policy({ rate: '5' }), 'FORMAT_ERROR', /subscriptionPolicy|rate/],
    ['a rate with a fraction', policy({ rate: 1.5 }), 'FORMAT_ERROR', /rate/],
    ['a rate of null', policy({ rate: null }), 'FORMAT_ERROR', /rate/],
    ['a policy that is a list', policy([]), 'FORMAT_ERROR', /object/],
    [
      'batch size 0',
      { ...policy({ batchSize: 0 }), deliveryType: 'BATCH' },
      'VALIDATION_ERROR',
      /^Subscription\.batchSubscriptionPolicy\.batchSize must be greater than or equal to 1$/,
    ],
    [
      'AVRO in batches',
      { ...body, deliveryType: 'BATCH', contentType: 'AVRO' },
      'VALIDATION_ERROR',
      /^Subscription AVRO content type is not supported in BATCH delivery mode$/,
    ],
    [
      'a template for batches',
      { ...body, deliveryType: 'BATCH', endpoint: 'http://host/{id}' },
      'VALIDATION_ERROR',
      /^Subscription endpoint must not be a template in BATCH delivery mode$/,
    ],
    [
      'a null in the resolver metadata',
      { ...body, endpointAddressResolverMetadata: { a: null } },
      'FORMAT_ERROR',
      /a=null/,
    ],
    [
      'eleven thresholds',
      { ...body, metricsConfig: { messageProcessing: { thresholdsMilliseconds: Array(11).fill(1) } } },
      'VALIDATION_ERROR',
      /size must be between 0 and 10$/,
    ],
    [
      'a threshold of 0',
      { ...body, metricsConfig: { messageProcessing: { thresholdsMilliseconds: [0] } } },
      'VALIDATION_ERROR',
      /thresholdsMilliseconds\[0\]\.<list element> must be greater than 0$/,
    ],
    [
      'a line end in a header',
      { ...body, headers: [{ name: 'a', value: 'b\r\nc: d' }] },
      'VALIDATION_ERROR',
      /headers\[0\]\.value/,
    ],
    ['a filter that is text', { ...body, filters: ['x'] }, 'FORMAT_ERROR', /filters\.0/],
    [
      'an OAuth grant of another name',
      { ...body, oAuthPolicy: { grantType: 'x', providerName: 'p' } },
      'FORMAT_ERROR',
      /grantType/,
    ],
    [
      'OAuth without a provider',
      { ...body, oAuthPolicy: { grantType: 'password' } },
      'VALIDATION_ERROR',
      /^Subscription\.oAuthPolicy\.providerName must not be null$/,
    ],
    [
      'OAuth with a line break in the password',
      { ...body, oAuthPolicy: { grantType: 'password', providerName: 'p', password: 'a\r\nb' } },
      'VALIDATION_ERROR',
      /^Subscription\.oAuthPolicy\.password must not hold control characters$/,
    ],
  ])('is refused with %s', (_what, json, code, message) => {
    const refused = refusalOf(json)

    expect(refused.code).toBe(code)
    expect(refused.message).toMatch(message)
  })

  it('in a patch, null in the policy means the default and a wrong type has the code of patches', () => {
    const patched = parseSubscription(policy({ rate: null, inflightSize: null }), 'patch')
    const refused = refusalOf(policy({ rate: '5' }), 'patch')

    expect(patched.subscriptionPolicy).toMatchObject({ rate: 400, inflightSize: null })
    expect(refused.code).toBe('OTHER')
  })
})

describe('features that are not built yet', () => {
  it.each<[object, RegExp]>([
    [
      { deliveryType: 'BATCH', endpointAddressResolverMetadata: { instances: ['http://a/'] } },
      /^BATCH delivery to several targets is not supported by this version of Iris yet$/,
    ],
    [{ endpoint: 'jms://queue' }, /protocols/],
  ])('are named for %j', (members, sentence) => {
    const found = unsupportedInSubscription(parseSubscription({ ...body, ...members }))

    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(sentence)
  })

  it('are none in a plain subscription', () => {
    expect(unsupportedInSubscription(parseSubscription(body))).toEqual([])
  })
})
