import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

import {
  isKafkajsQuiet,
  kafkajsVersionInstalled,
  kafkajsVersionRead,
  loadRequestQueue,
  type KafkajsRequestQueue,
} from './kafkajs-version.js'

const load = createRequire(import.meta.url)

function queue(pending: unknown[]): KafkajsRequestQueue {
  const made = Object.create(loadRequestQueue().prototype) as KafkajsRequestQueue
  return Object.assign(made, { pending, throttledUntil: -1, throttleCheckTimeoutId: null })
}

describe('the change to the inside of kafkajs', () => {
  it('stands on the version that was read, file for file', () => {
    const file = readFileSync(load.resolve('kafkajs/src/network/requestQueue/index.js'))

    expect(kafkajsVersionInstalled()).toBe(kafkajsVersionRead)
    expect(createHash('sha256').update(file).digest('hex')).toBe(
      'b55986089c14f8f7bfc377922e2e65b3e4c1e7c7af2752d3b10a75dfe9e9260c',
    )
    expect(isKafkajsQuiet).toBe(true)
  })

  it('arms no timer while nothing is pending', () => {
    const idle = queue([])

    idle.scheduleCheckPendingRequests()

    expect(idle.throttleCheckTimeoutId).toBeNull()
  })

  it('arms one timer while something is pending', () => {
    const busy = queue([{}])
    busy.checkPendingRequests = () => undefined

    busy.scheduleCheckPendingRequests()
    const first = busy.throttleCheckTimeoutId
    busy.scheduleCheckPendingRequests()

    expect(first).not.toBeNull()
    expect(busy.throttleCheckTimeoutId).toBe(first)
  })
})
