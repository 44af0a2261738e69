// pure
/**
 * The outbox table.
 * Takes its name, perhaps with a schema. Gives the name as SQL wants it and the statements that make it.
 * Refuses a name with other characters than `a-z`, digits and `_`: no text of a user gets into a statement.
 */

export const tableDefault = 'outbox'
/** Whoever enqueues rings here on commit; relays listen. */
export const channel = 'iris_outbox'

const namePattern = /^[a-z_][a-z0-9_]{0,47}(?:\.[a-z_][a-z0-9_]{0,47})?$/

/** `shop.outbox` as `"shop"."outbox"`. Throws for what is no name. */
export function quotedTable(table: string): string {
  if (!namePattern.test(table))
    throw new TypeError(`a table is named by a-z, 0-9 and _, with a schema before a dot or without: ${table}`)
  return table
    .split('.')
    .map(part => `"${part}"`)
    .join('.')
}

/**
 * Makes the table and its indexes, if they are not there. `id` is the order of a key's messages; the partial
 * indexes hold open and failed rows only, so what is sent costs nothing.
 */
export function outboxTable(table = tableDefault): string {
  const name = quotedTable(table)
  const index = table.replace('.', '_')
  return `
    create table if not exists ${name} (
      id bigint generated always as identity primary key,
      message_id text not null unique,
      topic text not null,
      key text,
      headers jsonb not null default '{}',
      body bytea not null,
      created_at timestamptz not null default now(),
      sent_at timestamptz,
      failed_at timestamptz,
      failure text);
    create index if not exists "${index}_open" on ${name} (id) where sent_at is null and failed_at is null;
    create index if not exists "${index}_failed" on ${name} (topic, key) where failed_at is not null;
    create index if not exists "${index}_sent" on ${name} (sent_at) where sent_at is not null`
}
