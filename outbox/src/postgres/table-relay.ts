/**
 * The relay of an outbox table, over all that may happen to its database.
 * Takes addresses and options. Gives its life: started, leading or standing by, stopped.
 * Promises: of several relays of a table one works, and another takes over within two seconds of its
 * end; a lost database is asked again with back-off; `stop` settles what is under way.
 */
import type { Log } from '@iris/common/lifecycle/log'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import type { PublishOptions } from '../publish.js'
import { startLife, type RelayLife, type RelayWork } from '../relay/life.js'
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

const standbyMs = 1_000

/** Starts it; a database that is not there yet is waited for. */
export function startTableRelay(log: Log, options: TableRelayOptions): RelayLife {
  const serve = async (session: Session, { isStopping, wake, relay }: RelayWork): Promise<void> => {
    if (options.createsTable) await session.query(outboxTable(options.table))
    for (let isFirst = true; !(await session.lead()); isFirst = false) {
      if (isStopping()) return
      if (isFirst) log.info('outbox.standingBy', { table: options.table })
      await sleep(systemScheduler, standbyMs)
    }
    if (isStopping()) return
    log.info('outbox.leading', { table: options.table })
    session.onWake(wake)
    session.onLost(wake) // its next statement fails and says why
    await relay(createTableSource(session, options))
  }
  return startLife(log, options, async work => {
    const session = await openSession({ ...options, timeoutMs: options.databaseTimeoutMs })
    try {
      await serve(session, work)
    } finally {
      await session.end()
    }
  })
}
