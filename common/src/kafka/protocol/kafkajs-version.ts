/**
 * The one change to kafkajs' inside, behind a check of its version.
 * Takes nothing. Gives a request queue that no longer re-arms a 1 ms timer for as long as it is connected.
 * Promises: with any other version of kafkajs nothing is changed, and `isKafkajsQuiet` says so.
 * Why: the timer alone costs several per cent of a core in an idle process (docs/decisions, dependencies).
 */
import { createRequire } from 'node:module'
import { systemClock } from '../../time/clock.js'
import { systemScheduler } from '../../time/scheduler.js'

/** The version whose inside was read. package.json pins the same. */
export const kafkajsVersionRead = '2.2.4'

/** What `scheduleCheckPendingRequests` works on; names are kafkajs'. */
export interface KafkajsRequestQueue {
  pending: unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: object | null
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

const load = createRequire(import.meta.url)
const pathOfQueue = 'kafkajs/src/network/requestQueue/index.js'
const checkPendingMs = 10

/** The class whose method is replaced. */
export function loadRequestQueue(): { prototype: KafkajsRequestQueue } {
  return load(pathOfQueue) as { prototype: KafkajsRequestQueue }
}

/** The version that is installed. */
export function kafkajsVersionInstalled(): string {
  return (load('kafkajs/package.json') as { version: string }).version
}

/** True when the method was replaced: kafkajs has the version that was read. */
export const isKafkajsQuiet = quiet()

function quiet(): boolean {
  if (kafkajsVersionInstalled() !== kafkajsVersionRead) return false
  loadRequestQueue().prototype.scheduleCheckPendingRequests = scheduleOnlyWhenPending
  return true
}

/**
 * As kafkajs' own, but with nothing pending there is nothing to look at again. kafkajs only asks whether the
 * handle is null; a timer that outlives its queue finds nothing pending and does nothing.
 */
function scheduleOnlyWhenPending(this: KafkajsRequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
  const throttledMs = this.throttledUntil - systemClock.now()
  this.throttleCheckTimeoutId = systemScheduler.after(throttledMs > 0 ? throttledMs : checkPendingMs, () => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  })
}
