/**
 * Stores in Postgres, for any client that has `query(text, values)`, such as that of `pg`.
 * Takes a pool. Gives processed ids and projections in two tables, and the statements that make these.
 * Promises: everything in one transaction on one connection, and rejects when the database has undone it; a
 * connection on which a rollback failed is not used again. Ids are kept until `forgetProcessed` is called.
 */
import type { Progress } from './in-order.js'
import type { Once, ProcessedStore } from './processed.js'
import type { ProgressStore } from './projection.js'

/** What is needed of a connection. */
export interface SqlClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
}

/** What is needed of a pool. */
export interface SqlPool {
  connect(): Promise<SqlClient & { release(destroy?: boolean): void }>
}

/** Who keeps what is kept: several receivers may share a database. */
export interface PostgresOptions {
  /** The receiver's name; `receiver` when left out. */
  readonly receiver?: string
}

/** Makes both tables, if they are not there. */
export const receiverTables = `
  create table if not exists iris_processed (
    receiver text not null,
    id text not null,
    processed_at timestamptz not null default now(),
    primary key (receiver, id));
  create index if not exists iris_processed_at on iris_processed (receiver, processed_at);
  create table if not exists iris_projection (
    receiver text not null,
    key text not null,
    progress jsonb,
    primary key (receiver, key))`

const receiverDefault = 'receiver'
const forgetRowsMax = 10_000

/**
 * Keeps an id in a transaction that the caller has begun; false when it is there already. Waits for another
 * transaction that has the same id open. For callers with a transaction runner of their own.
 */
export async function rememberProcessed(
  client: SqlClient,
  id: string,
  { receiver = receiverDefault }: PostgresOptions = {},
): Promise<boolean> {
  const text = `insert into iris_processed (receiver, id) values ($1, $2)
    on conflict (receiver, id) do nothing returning id`
  return (await client.query(text, [receiver, id])).rows.length > 0
}

/**
 * Processed ids; the work gets the connection that has the transaction. It rejects when the work caught an
 * error of one of its statements without a savepoint: nothing of that transaction is kept.
 */
export function createPostgresProcessed(
  pool: SqlPool,
  options: PostgresOptions = {},
): ProcessedStore<SqlClient> {
  return {
    once: <T>(id: string, work: (tx: SqlClient) => Promise<T>): Promise<Once<T>> =>
      inTransaction(pool, async client => {
        if (!(await rememberProcessed(client, id, options))) return { isFirst: false }
        return { isFirst: true, result: await work(client) }
      }),
  }
}

/**
 * Forgets ids older than `days`, at most 10,000 a call, and gives how many. Keep them for as long as a
 * message may still come again: its time to live, and the time in which you redrive dead letters.
 */
export async function forgetProcessed(
  client: SqlClient,
  days: number,
  { receiver = receiverDefault }: PostgresOptions = {},
): Promise<number> {
  const text = `delete from iris_processed where (receiver, id) in (
      select receiver, id from iris_processed
      where receiver = $1 and processed_at < now() - make_interval(secs => $2) limit ${forgetRowsMax})
    returning id`
  return (await client.query(text, [receiver, days * 86_400])).rows.length
}

/** Projections, as JSON. */
export function createPostgresProgress<State, Change>(
  pool: SqlPool,
  { receiver = receiverDefault }: PostgresOptions = {},
): ProgressStore<State, Change> {
  const progressOf = (rows: unknown[]): Progress<State, Change> | null =>
    (rows[0] as { progress: Progress<State, Change> | null } | undefined)?.progress ?? null
  const at = 'where receiver = $1 and key = $2'
  return {
    async read(key) {
      const client = await pool.connect()
      try {
        const text = `select progress from iris_projection ${at}`
        return progressOf((await client.query(text, [receiver, key])).rows)
      } finally {
        client.release()
      }
    },
    update: (key, step) =>
      inTransaction(pool, async client => {
        const make = 'insert into iris_projection (receiver, key) values ($1, $2) on conflict do nothing'
        await client.query(make, [receiver, key])
        const read = `select progress from iris_projection ${at} for update`
        const taken = step(progressOf((await client.query(read, [receiver, key])).rows))
        const write = `update iris_projection set progress = $3 ${at}`
        await client.query(write, [receiver, key, JSON.stringify(taken.progress)])
        return taken
      }),
  }
}

async function inTransaction<T>(pool: SqlPool, work: (client: SqlClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let isBroken = false
  try {
    await client.query('begin')
    const result = await work(client)
    // After an error of SQL that the work swallowed Postgres has aborted the transaction, and answers its
    // commit with ROLLBACK and no error. Any other statement is refused there.
    await client.query('select 1')
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => void (isBroken = true))
    throw error
  } finally {
    client.release(isBroken)
  }
}
