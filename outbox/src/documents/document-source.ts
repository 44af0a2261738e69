/**
 * Documents that carry their messages, as a relay's source: for databases without transactions over several
 * documents. A service writes document and messages in one write; the relay takes the messages out.
 * Takes a store. Gives open messages; those of a document are sent in the order of its list.
 * Promises: nothing but the list is touched; a message stays in it until Iris has it.
 */
import type { FailedRow, OutboxRow, OutboxSource, ReadWanted } from '../relay/source.js'

/** A message in a document's list `outboxMessages`. Plain JSON. */
export interface DocumentMessage {
  /** Unique over all documents; made by the service in the write that adds it. */
  readonly messageId: string
  readonly topic: string
  /** The document's id when left out. */
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: unknown
  /** Set by the relay: Iris never takes it, and the document's later messages wait. */
  readonly failure?: string
}

/** A document that has messages. */
export interface DocumentWithOutbox {
  readonly documentId: string
  /** In the order in which they were added. */
  readonly messages: readonly DocumentMessage[]
}

/** What a relay needs of a document database. Every call ends within a deadline of its own. */
export interface DocumentStore {
  /**
   * At most `documentsMax`, but for `without`, whose list begins with a message that has a text `messageId` and
   * no `failure`. Others must not be among them: so many would hide all that can be sent.
   */
  findWithOutbox(documentsMax: number, without: readonly string[]): Promise<readonly DocumentWithOutbox[]>
  /** Takes one message out of the list, in one atomic write; nothing when it is gone. */
  removeMessage(documentId: string, messageId: string): Promise<void>
  /** Sets its `failure`, in one atomic write. */
  failMessage(documentId: string, messageId: string, reason: string): Promise<void>
}

/** What is kept at each row for the store. */
interface Place {
  readonly documentId: string
  readonly messageId: string
}

const documentsMax = 100
/** Of one document at a time; the others are found again. */
const messagesMax = 20

/** Makes the source. */
export function createDocumentSource(store: DocumentStore): OutboxSource {
  const placeOf = (row: OutboxRow): Place => JSON.parse(row.id) as Place
  return {
    async read({ rowsMax, known, blocked }: ReadWanted) {
      const lanes = [...known, ...blocked.map(({ id }) => id)].map(id => (JSON.parse(id) as Place).documentId)
      const found = await store.findWithOutbox(Math.min(documentsMax, rowsMax), [...new Set(lanes)])
      return found.flatMap(rowsOf).slice(0, rowsMax)
    },
    async sent(rows) {
      for (const { documentId, messageId } of rows.map(placeOf))
        await store.removeMessage(documentId, messageId)
    },
    async failed(rows: readonly FailedRow[]) {
      for (const { row, reason } of rows) {
        const { documentId, messageId } = placeOf(row)
        await store.failMessage(documentId, messageId, reason)
      }
    },
  }
}

/**
 * The messages before the first that failed, or has no id to fail it by. What else is wrong in one, the relay
 * says when it sends it.
 */
function rowsOf({ documentId, messages }: DocumentWithOutbox): readonly OutboxRow[] {
  // Whoever writes the document may have put anything there, also null.
  const isClosed = (message: Partial<DocumentMessage> | null): boolean =>
    message?.failure !== undefined || typeof message?.messageId !== 'string'
  const closedAt = messages.findIndex(isClosed)
  const open = closedAt < 0 ? messages : messages.slice(0, closedAt)
  return open.slice(0, messagesMax).map(({ messageId, topic, key, headers, body }) => ({
    id: JSON.stringify({ documentId, messageId } satisfies Place),
    lane: documentId,
    message: {
      ...{ id: messageId, topic, key: key ?? documentId, headers: headers ?? {} },
      body: Buffer.from(JSON.stringify(body ?? null), 'utf8'),
    },
  }))
}
