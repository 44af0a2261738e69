/**
 * How long a service's event loop stands still, as its callers feel it: a program of its own asks for its
 * shortest answer without a pause.
 * Gives on `longest` the longest wait for one answer since the last time it was asked.
 */
import { Agent, request } from 'node:http'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'
import { obey } from '../chaos/party.js'

const pauseMs = 5
const answerMs = 30_000
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let longestMs = 0

obey({
  open: (url: string) => void pingAlways(url),
  longest: () => {
    const told = longestMs
    longestMs = 0
    return told
  },
})

async function pingAlways(url: string): Promise<void> {
  for (;;) {
    const beginMs = monotonicMs()
    await ping(url)
    longestMs = Math.max(longestMs, monotonicMs() - beginMs)
    await sleep(systemScheduler, pauseMs)
  }
}

function ping(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, timeout: answerMs }, answer => {
      answer.resume()
      answer.once('end', resolve)
    })
    asked.once('timeout', () => asked.destroy(new Error(`${url} does not answer`)))
    asked.once('error', reject)
    asked.end()
  })
}
