/**
 * A publisher that keeps its pace, whatever the answers do.
 * Takes a topic and a count. Resolves when every message was answered 201.
 */
import { Agent, request } from 'node:http'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'
import type { BenchStack } from './bench-stack.js'

/** Messages a second. */
export const perSecond = 500

const pad = 'x'.repeat(980)

/** A body that says when it was published. */
export const bodyWithBirth = (): string => `{"at":${monotonicMs().toFixed(3)},"pad":"${pad}"}`

/** A body whose age is not measured. */
export const bodyWithoutBirth = (): string => `{"pad":"${pad}"}`

/** Open loop: a slow answer does not slow the next message down. */
export async function publishSteadily(
  stack: BenchStack,
  topic: string,
  count: number,
  bodyOf: () => string,
): Promise<void> {
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
