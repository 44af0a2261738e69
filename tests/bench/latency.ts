/**
 * End to end at a steady 500 messages a second: from the publisher's write to the subscriber's whole request.
 */
import { Agent, request } from 'node:http'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'
import { makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { untilReceived } from './delivery.js'
import { figure, table } from './markdown.js'

const perSecond = 500
const warmUpMessages = 2_000
const topic = 'benchlatency.steady'

/** Measures and gives lines of Markdown. */
export async function benchLatency(stack: BenchStack, seconds: number): Promise<readonly string[]> {
  await makeGroup(stack, 'benchlatency')
  await makeTopic(stack, topic, 'ALL')
  await makeSubscription(stack, topic, 'inbox', 'ACTIVE')
  await publishSteadily(stack, warmUpMessages, bodyWithoutBirth)
  await untilReceived(stack, `/${topic}`, warmUpMessages, 60)
  const messages = perSecond * seconds
  await publishSteadily(stack, messages, bodyWithBirth)
  const got = await untilReceived(stack, `/${topic}`, warmUpMessages + messages, 60)
  const row = ['publish to delivery', figure(got.ageP50Ms), figure(got.ageP99Ms), figure(got.ageMaxMs)]
  const title = `## End to end at ${perSecond} messages/s for ${seconds} s, ack ALL`
  return [title, '', ...table(['', 'p50 ms', 'p99 ms', 'max ms'], [row]), '']
}

const pad = 'x'.repeat(980)
const bodyWithBirth = (): string => `{"at":${monotonicMs().toFixed(3)},"pad":"${pad}"}`
const bodyWithoutBirth = (): string => `{"pad":"${pad}"}`

/** Open loop: a slow answer does not slow the next message down. */
async function publishSteadily(stack: BenchStack, count: number, bodyOf: () => string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const url = new URL(`${stack.frontend.url}/topics/${topic}`)
  const begin = monotonicMs()
  const answers: Promise<void>[] = []
  for (let number = 0; number < count; number++) {
    const dueMs = begin + (number * 1000) / perSecond - monotonicMs()
    if (dueMs > 1) await sleep(systemScheduler, dueMs)
    answers.push(post(url, agent, bodyOf()))
  }
  await Promise.all(answers)
  agent.destroy()
}

function post(url: URL, agent: Agent, body: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, answer => {
      answer.resume()
      answer.on('end', () =>
        answer.statusCode === 201 ? resolve() : reject(new Error(`${answer.statusCode}`)),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
