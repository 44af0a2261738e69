import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '@iris/local-stack/ports'
import { eventually } from '../support/eventually.js'
import { startPublishWorld, type PublishWorld } from '../support/publish-world.js'
import { startTestStack, type TestStack } from '../support/stack.js'

const checked = { 'frontend.readiness.check.enabled': 'true' }
let stack: TestStack
let world: PublishWorld

beforeAll(async () => {
  const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
  const settings = { 'frontend-service': checked }
  ;[stack, world] = await Promise.all([
    startTestStack({ ...servers, consumers: 0, settings }),
    startPublishWorld(servers),
  ])
})

afterAll(() => Promise.all([stack.stop(), world.stop()]))

const readinessOf = async (url: string): Promise<string> => {
  const answer = await fetch(`${url}/status/ready`)
  return `${answer.status} ${await answer.text()}`
}
const datacenters = async (): Promise<unknown> =>
  (await fetch(`${stack.management.url}/readiness/datacenters`)).json()
const mark = async (datacenter: string, body: string): Promise<number> => {
  const headers = { 'Content-Type': 'application/json' }
  const url = `${stack.management.url}/readiness/datacenters/${datacenter}`
  return (await fetch(url, { method: 'POST', headers, body })).status
}

describe('the mark of a data centre', () => {
  it('is ready where nobody set it', async () => {
    expect(await datacenters()).toEqual([{ datacenter: 'dc', status: 'READY' }])
    expect(await readinessOf(stack.frontends[0]?.url ?? '')).toBe('200 READY')
  })

  it('takes the frontends of the data centre out of service and back, while they go on serving', async () => {
    const topic = await stack.createTopic()
    const frontend = stack.frontends[0]?.url ?? ''

    expect(await mark('dc', '{"isReady":false}')).toBe(202)
    await eventually(async () => expect(await readinessOf(frontend)).toBe('503 NOT_READY'))
    const health = await fetch(`${frontend}/status/health`)
    const published = await stack.publish(topic, '{}')

    expect(await datacenters()).toEqual([{ datacenter: 'dc', status: 'NOT_READY' }])
    expect(health.status).toBe(200)
    expect(published.status).toBe(201)
    expect(await mark('dc', '{"isReady":true}')).toBe(202)
    await eventually(async () => expect(await readinessOf(frontend)).toBe('200 READY'))
  })

  it('of another data centre changes nothing here and is not listed', async () => {
    expect(await mark('elsewhere', '{}')).toBe(202)

    expect(await datacenters()).toEqual([{ datacenter: 'dc', status: 'READY' }])
    expect(await readinessOf(stack.frontends[0]?.url ?? '')).toBe('200 READY')
  })

  it.each(['[]', '{"isReady":"maybe"}'])('is not taken from %s', async body => {
    expect(await mark('dc', body)).toBe(400)
  })
})

describe('the check of Kafka', () => {
  it('holds readiness back until every topic can be written to, and health not', async () => {
    const topic = await world.createTopic({ inKafka: false })
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    const settings = { ...checked, 'frontend.readiness.check.kafkaCheckEnabled': 'true' }

    const starting = world.addFrontend({ ...settings, 'frontend.server.port': port })
    await eventually(async () => expect((await fetch(`${url}/status/health`)).status).toBe(200))
    const before = await readinessOf(url)
    const replicas = { partitions: 1, replicationFactor: 1, configs: {} }
    await world.admin.createTopic(world.kafkaTopic(topic), replicas)
    await starting

    expect(before).toBe('503 NOT_READY')
    expect(await readinessOf(url)).toBe('200 READY')
  })
})
