/**
 * The relay of documents that carry their messages.
 * Takes a store and where to publish. Gives its life: started, stopped.
 * Promises: what fails in the store is tried again with back-off; `stop` settles what is under way. There is
 * no lock: several relays are as safe as one, and publish in vain what another has published.
 */
import type { Log } from '@iris/common/lifecycle/log'
import { systemClock, systemRandom } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { createPublisher, type PublishOptions } from '../publish.js'
import { persist } from '../relay/persist.js'
import { createRelay, type Relay } from '../relay/relay.js'
import { createDocumentSource, type DocumentStore } from './document-source.js'

export interface DocumentRelayOptions extends PublishOptions {
  readonly pollMs: number
}

/** A running relay. */
export interface DocumentRelay {
  /** There may be something new. */
  wake(): void
  /** Resolves when requests under way are settled. */
  stop(): Promise<void>
}

/** Starts it. */
export function startDocumentRelay(
  log: Log,
  store: DocumentStore,
  options: DocumentRelayOptions,
): DocumentRelay {
  const publisher = createPublisher(options)
  const source = createDocumentSource(store)
  let relay: Relay | null = null
  let isStopping = false
  const attempt = async (): Promise<void> => {
    const parts = { source, publish: publisher.publish, clock: systemClock, scheduler: systemScheduler }
    relay = createRelay({ ...parts, random: systemRandom, log }, options)
    try {
      await relay.run()
    } finally {
      relay = null
    }
  }
  const living = persist(log, () => isStopping, attempt)
  return {
    wake: () => relay?.wake(),
    async stop() {
      isStopping = true
      relay?.stop()
      await living
      publisher.stop()
    },
  }
}
