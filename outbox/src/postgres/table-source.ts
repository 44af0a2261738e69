/**
 * The outbox table as a relay's source.
 * Takes a connection. Gives open rows in the order of their ids and settles them.
 * Promises: looks at every open row each time and remembers no position, so a row that commits late is found
 * like any other; behind a failed row its key is held, unless the relay is told to go on.
 */
import type { FailedRow, OutboxRow, OutboxSource, ReadWanted } from '../relay/source.js'
import type { SqlClient } from './enqueue.js'
import { quotedTable } from './table.js'

export interface TableSourceOptions {
  readonly table: string
  /** What becomes of the later messages of a key when one fails. */
  readonly afterFailure: 'hold' | 'go-on'
  /** How long sent rows are kept for looking at; 0: they are deleted. */
  readonly keepSentHours: number
}

interface TableRow {
  readonly id: string
  readonly message_id: string
  readonly topic: string
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>> | null
  readonly body: Buffer
}

const sweptRowsMax = 1_000

/** Makes the source. `query` must end within a deadline of its own. */
export function createTableSource(client: SqlClient, options: TableSourceOptions): OutboxSource {
  const table = quotedTable(options.table)
  const statements = statementsOf(table, options)
  const idsOf = (rows: readonly OutboxRow[]): readonly string[] => rows.map(row => row.id)
  return {
    async read(wanted: ReadWanted) {
      const blocked = wanted.blocked.map(({ message }) => message).filter(({ key }) => key !== null)
      const { rows } = await client.query(statements.read, [
        wanted.known,
        blocked.map(({ topic }) => topic),
        blocked.map(({ key }) => key),
        wanted.rowsMax,
        wanted.bytesMax,
      ])
      return (rows as TableRow[]).map(rowOf)
    },
    async sent(rows) {
      await client.query(statements.sent, [idsOf(rows)])
      if (options.keepSentHours > 0) await client.query(statements.sweep, [options.keepSentHours])
    },
    async failed(rows: readonly FailedRow[]) {
      await client.query(statements.failed, [
        idsOf(rows.map(each => each.row)),
        rows.map(each => each.reason),
      ])
    },
  }
}

function statementsOf(
  table: string,
  { afterFailure, keepSentHours }: TableSourceOptions,
): Readonly<Record<'read' | 'sent' | 'sweep' | 'failed', string>> {
  const isHeld = `exists (select from ${table} as failed where failed.failed_at is not null
        and failed.topic = item.topic and failed.key = item.key)`
  return {
    read: `with open as (
        select id, octet_length(body) as size from ${table} as item
        where sent_at is null and failed_at is null and id <> all($1::bigint[])
          and not exists (select from unnest($2::text[], $3::text[]) as blocked (topic, key)
            where blocked.topic = item.topic and blocked.key = item.key)
          ${afterFailure === 'hold' ? `and not ${isHeld}` : ''}
        order by id limit $4),
      fitting as (select id, sum(size) over (order by id) - size as before from open)
      select item.id, message_id, topic, key, headers, body
      from ${table} as item join fitting on fitting.id = item.id where before < $5 order by item.id`,
    sent:
      keepSentHours > 0
        ? `update ${table} set sent_at = now() where id = any($1::bigint[])`
        : `delete from ${table} where id = any($1::bigint[])`,
    sweep: `delete from ${table} where id in (select id from ${table}
        where sent_at < now() - make_interval(hours => $1) limit ${sweptRowsMax})`,
    failed: `update ${table} as item set failed_at = now(), failure = told.reason
      from unnest($1::bigint[], $2::text[]) as told (id, reason) where item.id = told.id`,
  }
}

function rowOf({ id, message_id, topic, key, headers, body }: TableRow): OutboxRow {
  return {
    id,
    lane: key === null ? null : JSON.stringify([topic, key]),
    // Other writers may have put anything there.
    message: { id: message_id, topic, key, headers: headers ?? {}, body },
  }
}
