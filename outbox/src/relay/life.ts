/**
 * The life of a relay, whatever it reads from.
 * Takes the work: what comes before a source can be read, then relaying from it. Gives wake and stop.
 * Promises: the work is begun anew, with back-off, when its database fails it; `stop` settles what is under
 * way.
 */
import type { Log } from '@iris/common/lifecycle/log'
import { systemClock, systemRandom } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { createPublisher, type PublishOptions } from '../publish.js'
import { persist } from './persist.js'
import { createRelay, type Relay, type RelayOptions } from './relay.js'
import type { OutboxSource } from './source.js'

/** A running relay. */
export interface RelayLife {
  /** There may be something new. */
  wake(): void
  /** Resolves when requests under way are settled. */
  stop(): Promise<void>
}

/** What the work of a relay may ask of its life. */
export interface RelayWork {
  isStopping(): boolean
  wake(): void
  /** Relays from `source` until the life ends; rejects when the source does. */
  relay(source: OutboxSource): Promise<void>
}

/** Starts it. */
export function startLife(
  log: Log,
  options: PublishOptions & RelayOptions,
  work: (of: RelayWork) => Promise<void>,
): RelayLife {
  const publisher = createPublisher(options)
  let present: Relay | null = null
  let isStopping = false

  const wake = (): void => present?.wake()
  const relay = async (source: OutboxSource): Promise<void> => {
    const parts = { source, publish: publisher.publish, clock: systemClock, scheduler: systemScheduler }
    present = createRelay({ ...parts, random: systemRandom, log }, options)
    try {
      await present.run()
    } finally {
      present = null
    }
  }
  const isOver = (): boolean => isStopping
  const living = persist(log, isOver, () => work({ isStopping: isOver, wake, relay }))
  return {
    wake,
    async stop() {
      isStopping = true
      present?.stop()
      await living
      publisher.stop()
    },
  }
}
