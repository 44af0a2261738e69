/**
 * Documents in a `jsonb` column of Postgres, standing in for a document database.
 * Takes a client and a table with `id text` and `document jsonb`. Gives the store of a relay.
 * Promises: each change is one statement on one row, as a document database has it; what others write into
 * the document meanwhile stays.
 */
import type { SqlClient } from '../postgres/enqueue.js'
import { quotedTable } from '../postgres/table.js'
import type { DocumentMessage, DocumentStore } from './document-source.js'

/** Makes such a table, if it is not there, with an index that holds documents with messages only. */
export function documentTable(table: string): string {
  return `
    create table if not exists ${quotedTable(table)} (id text primary key, document jsonb not null);
    create index if not exists "${table.replace('.', '_')}_outbox" on ${quotedTable(table)} (id)
      where document->'outboxMessages'->0 is not null`
}

/** The store; each query of `client` must end within a deadline of its own. */
export function createJsonbStore(client: SqlClient, { table }: { readonly table: string }): DocumentStore {
  const name = quotedTable(table)
  /** The list anew, with `made` of each message for which `condition` holds. */
  const rewritten = (made: string, condition: string): string => `
    update ${name} set document = jsonb_set(document, '{outboxMessages}', coalesce((
        select jsonb_agg(${made} order by position)
        from jsonb_array_elements(document->'outboxMessages') with ordinality as list (message, position)
        where ${condition}), '[]'))
    where id = $1
      and document->'outboxMessages' @> jsonb_build_array(jsonb_build_object('messageId', $2::text))`
  const remove = rewritten('message', `message->>'messageId' is distinct from $2`)
  const failed = `message || jsonb_build_object('failure', $3::text)`
  const fail = rewritten(`case when message->>'messageId' = $2 then ${failed} else message end`, 'true')
  return {
    async findWithOutbox(documentsMax, without) {
      const { rows } = await client.query(
        `select id, document->'outboxMessages' as messages from ${name}
          where document->'outboxMessages'->0 is not null
            and jsonb_typeof(document->'outboxMessages'->0->'messageId') = 'string'
            and not document->'outboxMessages'->0 ? 'failure' and id <> all($2)
          order by id limit $1`,
        [documentsMax, without],
      )
      return (rows as { id: string; messages: readonly DocumentMessage[] }[]).map(({ id, messages }) => ({
        documentId: id,
        messages,
      }))
    },
    async removeMessage(documentId, messageId) {
      await client.query(remove, [documentId, messageId])
    },
    async failMessage(documentId, messageId, reason) {
      await client.query(fail, [documentId, messageId, reason])
    },
  }
}
