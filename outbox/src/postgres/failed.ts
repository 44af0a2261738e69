/**
 * Messages that Iris refused for good.
 * Takes a client. Gives the list, and what may become of them: another try, or removal.
 * Promises: with either, the later messages of their keys go on, in order.
 */
import type { SqlClient } from './enqueue.js'
import { channel, quotedTable, tableDefault } from './table.js'

/** A message that failed. */
export interface FailedMessage {
  readonly id: string
  readonly topic: string
  readonly key: string | null
  /** Status and text of Iris' answer. */
  readonly reason: string
  readonly failedAt: Date
}

const rowsMaxDefault = 100

/** The oldest of them. */
export async function failedMessages(
  client: SqlClient,
  { table = tableDefault, rowsMax = rowsMaxDefault } = {},
): Promise<readonly FailedMessage[]> {
  const text = `select message_id as id, topic, key, failure as reason, failed_at as "failedAt"
    from ${quotedTable(table)} where failed_at is not null order by ${quotedTable(table)}.id limit $1`
  return (await client.query(text, [rowsMax])).rows as readonly FailedMessage[]
}

/** Sends them again; gives how many there were. For when the topic, or the message's row, has been mended. */
export async function sendFailedAgain(
  client: SqlClient,
  ids: readonly string[],
  { table = tableDefault } = {},
): Promise<number> {
  const text = `with again as (
      update ${quotedTable(table)} set failed_at = null, failure = null
      where failed_at is not null and message_id = any($1) returning id)
    select id, pg_notify('${channel}', '') from again`
  return (await client.query(text, [ids])).rows.length
}

/** Removes them; gives how many there were. */
export async function removeFailed(
  client: SqlClient,
  ids: readonly string[],
  { table = tableDefault } = {},
): Promise<number> {
  const text = `with removed as (
      delete from ${quotedTable(table)} where failed_at is not null and message_id = any($1) returning id)
    select id, pg_notify('${channel}', '') from removed`
  return (await client.query(text, [ids])).rows.length
}
