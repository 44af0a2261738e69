/**
 * What a service calls: a message into the outbox, in the service's own transaction.
 * Takes any client with `query(text, values)` that has the transaction open. Gives the message's id.
 * Promises: the message is there if and only if the transaction commits. Refuses a message that could not be
 * sent with {@link WrongMessage}, before anything is written.
 */
import { randomUUID } from 'node:crypto'
import { checkedMessage, type NewMessage } from '../message.js'
import { channel, quotedTable, tableDefault } from './table.js'

/** What is needed of a connection. */
export interface SqlClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
}

export interface EnqueueOptions {
  readonly table?: string
  /** Wakes the relay on commit; true when left out. Without it the relay finds the row at its next poll. */
  readonly notify?: boolean
}

/** Adds a message to the outbox. A second one with the same id is refused by the database. */
export async function enqueue(
  client: SqlClient,
  message: NewMessage,
  options: EnqueueOptions = {},
): Promise<string> {
  const table = quotedTable(options.table ?? tableDefault)
  const { id, topic, key, headers, body } = checkedMessage(message, randomUUID)
  const insert = `insert into ${table} (message_id, topic, key, headers, body) values ($1, $2, $3, $4, $5)`
  const text =
    options.notify === false
      ? insert
      : `with added as (${insert} returning id) select pg_notify('${channel}', '') from added`
  await client.query(text, [id, topic, key, JSON.stringify(headers), body])
  return id
}
