/**
 * The relay of an outbox table, over all that may happen to its database.
 * Takes addresses and options. Gives its life: started, leading or standing by, stopped.
 * Promises: of several relays of a table one works, and another takes over within two seconds of its
 * end; a lost database is asked again with back-off; `stop` settles what is under way.
 */
import type { Log } from '@iris/common/lifecycle/log'
import { systemClock, systemRandom } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { createPublisher, type PublishOptions } from '../publish.js'
import { persist } from '../relay/persist.js'
import { createRelay, type Relay } from '../relay/relay.js'
import { openSession, type Session } from './session.js'
import { createTableSource, type TableSourceOptions } from './table-source.js'
import { outboxTable } from './table.js'

export interface TableRelayOptions extends PublishOptions, TableSourceOptions {
  readonly database: string
  readonly databaseTimeoutMs: number
  readonly pollMs: number
  /** Whether the table is made when it is not there. */
  readonly createsTable: boolean
}

/** A running relay. */
export interface TableRelay {
  /** Resolves when requests under way are settled and the lock is free. */
  stop(): Promise<void>
}

const standbyMs = 1_000

/** Starts it; a database that is not there yet is waited for. */
export function startTableRelay(log: Log, options: TableRelayOptions): TableRelay {
  const publisher = createPublisher(options)
  let relay: Relay | null = null
  let isStopping = false

  const attempt = async (): Promise<void> => {
    const session = await openSession({ ...options, timeoutMs: options.databaseTimeoutMs })
    try {
      await serve(session)
    } finally {
      await session.end()
    }
  }
  const serve = async (session: Session): Promise<void> => {
    if (options.createsTable) await session.query(outboxTable(options.table))
    for (let isFirst = true; !(await session.lead()); isFirst = false) {
      if (isStopping) return
      if (isFirst) log.info('outbox.standingBy', { table: options.table })
      await sleep(systemScheduler, standbyMs)
    }
    if (isStopping) return
    log.info('outbox.leading', { table: options.table })
    const source = createTableSource(session, options)
    const parts = { source, publish: publisher.publish, clock: systemClock, scheduler: systemScheduler }
    const leading = createRelay({ ...parts, random: systemRandom, log }, options)
    relay = leading
    session.onWake(() => leading.wake())
    session.onLost(() => leading.wake()) // its next statement fails and says why
    try {
      await leading.run()
    } finally {
      relay = null
    }
  }
  const living = persist(log, () => isStopping, attempt)
  return {
    async stop() {
      isStopping = true
      relay?.stop()
      await living
      publisher.stop()
    },
  }
}
