// pure
/**
 * How a table stands in the address: `sort=-published` and `find=orders`, so that a link shows what its
 * sender saw. Takes the query of the address, the table's columns and its own order. Gives the order that is
 * asked for, or the query with another one. Promises: what is as the table has it by itself is not written;
 * a word that names no sorted column counts for nothing.
 */
import type { Order } from './arrange.js'

/** What is read of a table. */
export interface Addressed {
  /** Stands before a dot in its words, where a page has several tables. */
  readonly name: string | undefined
  readonly columns: readonly { readonly title: string; readonly by?: unknown }[]
  readonly firstOrder: Order | null
}

/** The name of its order in the query. */
export function sortKey({ name }: Pick<Addressed, 'name'>): string {
  return name === undefined ? 'sort' : `${name}.sort`
}

/** The name of its words in the query. */
export function findKey({ name }: Pick<Addressed, 'name'>): string {
  return name === undefined ? 'find' : `${name}.find`
}

/** The order that `text` asks for, such as `name`, or `-last-failure` for what is most or last first. */
export function orderOf(text: string | null, { columns, firstOrder }: Addressed): Order | null {
  if (text === null) return firstOrder
  const isDown = text.startsWith('-')
  const wanted = isDown ? text.slice(1) : text
  const column = columns.findIndex(({ title, by }) => by !== undefined && wordOf(title) === wanted)
  return column < 0 ? firstOrder : { column, isDown }
}

/** The query with this order. */
export function withOrder(query: URLSearchParams, table: Addressed, order: Order): URLSearchParams {
  const { columns, firstOrder } = table
  const isFirst = order.column === firstOrder?.column && order.isDown === firstOrder.isDown
  const word = wordOf(columns[order.column]?.title ?? '')
  return withValue(query, sortKey(table), isFirst ? '' : `${order.isDown ? '-' : ''}${word}`)
}

/** The query with these words. */
export function withWords(
  query: URLSearchParams,
  table: Pick<Addressed, 'name'>,
  words: string,
): URLSearchParams {
  return withValue(query, findKey(table), words.trim())
}

/** An empty value is left out. */
function withValue(query: URLSearchParams, key: string, value: string): URLSearchParams {
  const next = new URLSearchParams(query)
  if (value === '') next.delete(key)
  else next.set(key, value)
  return next
}

function wordOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}
