import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { githubSubscriptions, isComplete, runGithub } from '@iris/local-stack/github-run'
import { startTestStack, type TestStack } from '../support/stack.js'

const arrivalMs = 90_000
const testMs = 240_000

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack({
    kafka: inject('kafka'),
    zookeeper: inject('zookeeper'),
    settings: { 'management-service': { 'management.topic.partitions': '2' } },
  })
})
afterAll(() => stack?.stop())

it(
  "delivers GitHub's 329 payloads, each in two spellings, byte for byte to every subscription",
  async () => {
    const account = await runGithub(stack.api, { arrivalMs, group: stack.group })

    expect(account.published).toBe(658)
    expect(account.families).toBe(58)
    for (const each of account.subscriptions)
      expect(each, each.name).toMatchObject({ delivered: 658, identical: 658, repeated: 0 })
    expect(isComplete(account)).toBe(true)
    expect(account.subscriptions.map(each => each.name)).toEqual([...githubSubscriptions])
    expect(account.subscriptions.find(each => each.name === 'flaky')?.refused).toBeGreaterThanOrEqual(65)
  },
  testMs,
)
