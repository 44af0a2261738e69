/**
 * A relay's one connection to Postgres: its lock, its ear, and its statements.
 * Takes the address of the database. Gives a client whose every statement has a deadline.
 * Promises: the lock is the connection's, so it ends with it, however the process ends; a connection that
 * failed once is given up.
 */
import { Client } from 'pg'
import type { SqlClient } from './enqueue.js'
import { channel, quotedTable } from './table.js'

export interface SessionOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly database: string
  readonly table: string
  /** A connection, and each statement. */
  readonly timeoutMs: number
}

/** An open connection. */
export interface Session extends SqlClient {
  /** Tries to become the one relay of the table; true when it is. */
  lead(): Promise<boolean>
  /** Called when somebody has enqueued. */
  onWake(listener: () => void): void
  /** Called once when the connection is lost. */
  onLost(listener: (error: Error) => void): void
  end(): Promise<void>
}

/** Tells our locks from others of the database; the rest of the key is the table. */
const lockSpace = 1_230_129_491

/** Connects, and listens. Leaves no connection behind when one of both fails. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { database, timeoutMs } = options
  const client = new Client({
    connectionString: database,
    application_name: 'iris-outbox',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
  })
  const lost = new Promise<Error>(resolve => {
    client.once('error', resolve)
    client.once('end', () => resolve(new Error('the connection to the database has ended')))
  })
  // An error event that nobody hears would end the process.
  client.on('error', () => undefined)
  // After a failed statement the server may be silent: then the socket goes without a farewell.
  const end = (): Promise<void> => client.end().catch(() => undefined)
  try {
    await client.connect()
    // Without these a server would keep the lock of a machine that is gone for two hours.
    await client.query(
      'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
    )
    await client.query(`listen ${channel}`)
  } catch (error) {
    await end()
    throw error
  }
  return {
    query: (text, values) => client.query(text, values),
    async lead() {
      const table = `hashtext('${quotedTable(options.table)}'::regclass::oid::text)`
      const text = `select pg_try_advisory_lock($1, ${table}) as "isOurs"`
      const { rows } = await client.query<{ isOurs: boolean }>(text, [lockSpace])
      return rows[0]?.isOurs === true
    },
    onWake: listener => void client.on('notification', listener),
    onLost: listener => void lost.then(listener),
    end,
  }
}
