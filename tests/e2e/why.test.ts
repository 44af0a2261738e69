/**
 * "Why is it slow?" is answered in plain words with figures, whoever is away.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '@iris/local-stack/ports'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

interface Diagnosis {
  readonly subscription: string
  readonly state: string
  readonly summary: string
  readonly lag: number
  readonly findings: readonly {
    readonly cause: string
    readonly severity: string
    readonly text: string
    readonly figures: Readonly<Record<string, unknown>>
    readonly next: string
  }[]
  readonly lastMinute: unknown
}

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

async function why(topic: string, name: string): Promise<Diagnosis> {
  const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/why`)
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return JSON.parse(answer.text) as Diagnosis
}

/** The diagnosis once its gravest finding is this. */
function whyOnce(topic: string, name: string, cause: string): Promise<Diagnosis> {
  return eventually(async () => {
    const diagnosis = await why(topic, name)
    if (diagnosis.findings[0]?.cause !== cause) throw new Error(JSON.stringify(diagnosis))
    return diagnosis
  })
}

async function publishMany(topic: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_each, n) => stack.publish(topic, `{"n":${n}}`)))
}

describe('the diagnosis of a subscription', () => {
  it('says that all is fine, and that there is nothing to do before anything was published', async () => {
    subscriber.answerWith(() => ({}))
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    const quiet = await whyOnce(topic, name, 'NOTHING_TO_DO')
    await stack.publish(topic, '{"a":1}')
    const fine = await whyOnce(topic, name, 'ALL_FINE')
    const health = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/health`)

    expect(quiet).toMatchObject({ subscription: `${topic}$${name}`, lag: 0 })
    expect(fine.findings[0]?.text).toContain('1 of 1 attempt of the last minute succeeded')
    expect(JSON.parse(health.text)).toEqual({ status: 'HEALTHY', problems: [] })
  })

  it('counts what waits for a suspended subscription', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url, { state: 'SUSPENDED' })
    await publishMany(topic, 3)
    const { state, lag, findings } = await whyOnce(topic, name, 'SUSPENDED')

    expect([state, lag]).toEqual(['SUSPENDED', 3])
    expect(findings).toMatchObject([
      {
        severity: 'critical',
        text: expect.stringContaining('3 messages wait') as string,
        next: expect.stringContaining('/state') as string,
      },
    ])
  })

  it('tells an endpoint that is down, what fails, and when the next attempt is due', async () => {
    const topic = await stack.createTopic()
    const policy = { subscriptionPolicy: { messageBackoff: 15_000 } }
    const name = await stack.createSubscription(topic, `http://127.0.0.1:${await freePort()}/in`, policy)
    await publishMany(topic, 3)
    const { lag, findings, lastMinute } = await eventually(async () => {
      const diagnosis = await why(topic, name)
      if (diagnosis.findings[0]?.figures['attempts'] !== 3) throw new Error(JSON.stringify(diagnosis))
      return diagnosis
    })
    const page = await fetch(`${stack.management.url}/topics/${topic}/subscriptions/${name}/why`, {
      headers: { Accept: 'text/plain' },
    })

    expect(lag).toBe(3)
    expect(findings[0]).toMatchObject({ cause: 'ENDPOINT_DOWN', severity: 'critical', figures: { error: 3 } })
    expect(findings[0]?.text).toContain('ECONNREFUSED')
    expect(lastMinute).toMatchObject({ attempts: 3, failures: [{ cause: 'connectionRefused', count: 3 }] })
    const retries = findings.find(({ cause }) => cause === 'RETRIES_WAITING')
    expect(retries?.figures).toMatchObject({ waiting: 3, attempts: 1 })
    expect(retries?.figures['nextDueInMs']).toBeLessThanOrEqual(15_000)
    expect(page.headers.get('content-type')).toBe('text/plain')
    expect(await page.text()).toContain(
      `${topic}$${name}: ACTIVE, 3 messages waiting\n\n1. critical ENDPOINT`,
    )
  })

  it('does the arithmetic of a slow endpoint', async () => {
    subscriber.answerWith(() => ({ delayMs: 300 }))
    const topic = await stack.createTopic()
    const policy = { subscriptionPolicy: { inflightSize: 2 } }
    const name = await stack.createSubscription(topic, subscriber.url, policy)
    await publishMany(topic, 40)
    const { findings } = await whyOnce(topic, name, 'ENDPOINT_SLOW')
    const slow = findings[0]

    expect(slow?.figures).toMatchObject({ inflight: 2, inflightMax: 2 })
    expect(slow?.figures['meanMs']).toBeGreaterThanOrEqual(299)
    expect(slow?.figures['boundPerS']).toBeLessThanOrEqual(2 / 0.299)
    expect(slow?.text).toContain('All 2 places in flight are taken')
  })

  it('names the rate as what holds messages back', async () => {
    subscriber.answerWith(() => ({}))
    const topic = await stack.createTopic()
    const policy = { subscriptionPolicy: { rate: 1 } }
    const name = await stack.createSubscription(topic, subscriber.url, policy)
    await publishMany(topic, 40)

    // Each partition brings its part of the rate, once it has an owner.
    await eventually(async () => {
      const { findings } = await why(topic, name)
      expect(findings[0]).toMatchObject({ cause: 'RATE_LIMITED', figures: { ratePerS: 1, rate: 1 } })
    })
  })

  it('is refused for what does not exist, and for a form that nobody has', async () => {
    const topic = await stack.createTopic()
    const absent = await stack.api.manage('GET', `/topics/${topic}/subscriptions/absent/why`)
    const noTopic = await stack.api.manage('GET', `/topics/${stack.group}.absent/subscriptions/s/why`)
    const asImage = await fetch(`${stack.management.url}/topics/${topic}/subscriptions/absent/why`, {
      headers: { Accept: 'image/png' },
    })

    expect([absent.status, noTopic.status, asImage.status]).toEqual([400, 404, 406])
  })
})

describe('the diagnosis when consumers are away', () => {
  it('names an owner that is silent, then that nobody is there', async () => {
    subscriber.answerWith(() => ({}))
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    await whyOnce(topic, name, 'NOTHING_TO_DO')
    const [consumers] = stack.consumers
    consumers?.pause()
    const silent = await why(topic, name)
    consumers?.resume()
    await consumers?.stop()
    const nobody = await whyOnce(topic, name, 'NO_CONSUMERS')
    const health = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/health`)

    expect(silent.findings[0]).toMatchObject({ cause: 'OWNER_SILENT', severity: 'warning' })
    expect(nobody.summary).toContain('No consumers process is alive')
    expect(JSON.parse(health.text)).toEqual({ status: 'NO_DATA', problems: [] })
  })
})
