/**
 * Where a relay finds messages and says what became of them.
 * Implemented over a table of Postgres and over documents that carry their messages.
 */
import type { OutboxMessage } from '../message.js'

/** A message at its place. */
export interface OutboxRow {
  /** Of the row, unique in its source. */
  readonly id: string
  /** Rows of one lane are sent one after the other; null: alone. */
  readonly lane: string | null
  readonly message: OutboxMessage
}

/** What the relay can take at the moment. */
export interface ReadWanted {
  readonly rowsMax: number
  /** Of bodies; the last row may reach beyond it. */
  readonly bytesMax: number
  /** Ids of rows that it has already. */
  readonly known: readonly string[]
  /** The first rows of lanes of which it wants nothing more now. */
  readonly blocked: readonly OutboxRow[]
}

/** Why a message was not taken. */
export interface FailedRow {
  readonly row: OutboxRow
  readonly reason: string
}

/** The store. Every call has a deadline of its own and rejects when the store cannot be reached. */
export interface OutboxSource {
  /**
   * Open rows that are not known, oldest first. A row of a lane is only given with all open rows before it
   * that the store shows, unless they are known.
   */
  read(wanted: ReadWanted): Promise<readonly OutboxRow[]>
  /** These are in Iris: none of them is given again. */
  sent(rows: readonly OutboxRow[]): Promise<void>
  /** Iris will never take these. */
  failed(rows: readonly FailedRow[]): Promise<void>
}
