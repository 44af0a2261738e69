// pure
/**
 * What became of each record of a request, in their order.
 * Takes outcomes in any order. Gives the body of the answer and its status: 200 when every record was stored
 * or accepted, 207 otherwise. Bound: the records of a request; a refusal is kept as its text only.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import { problemDetails } from '@iris/common/errors/problem'
import type { ScheduledAnswer } from '../schedule/scheduled-answer.js'
import type { StoredRecord } from './bulk-record.js'

/** What the answer costs in memory for each record, as reserved. */
export const resultBytes = 256

export interface BulkAnswer {
  readonly status: 200 | 207
  readonly body: Buffer
}

export class BulkResults {
  /** `isInDetail`: refusals are problem details and not the members that Hermes knows. */
  constructor(private readonly isInDetail: boolean) {}

  private readonly lines: string[] = []
  private storedCount = 0
  private acceptedCount = 0

  /** Kafka has the record at `index`. */
  stored(index: number, messageId: string, { scheduled, isReplay }: StoredRecord): void {
    this.storedCount++
    const later = scheduled === null ? {} : laterShown(scheduled)
    const replay = isReplay ? { idempotentReplay: true } : {}
    this.lines[index] = JSON.stringify({ index, status: 201, messageId, ...later, ...replay })
  }

  /** The record at `index` is safe, and Kafka will have it later. */
  accepted(index: number, messageId: string, location: string): void {
    this.acceptedCount++
    this.lines[index] = JSON.stringify({ index, status: 202, messageId, location })
  }

  /** A record was refused; `messageId` is null where it never came to have one. */
  refused(index: number, messageId: string | null, error: HermesError): void {
    const named = messageId === null ? {} : { messageId }
    this.lines[index] = JSON.stringify({
      index,
      status: error.status,
      ...named,
      ...this.shown(error, messageId),
    })
  }

  /** Records with an outcome. */
  get count(): number {
    return this.lines.length
  }

  /** The answer, when every record has its outcome. `ended`: why those after them were not read, or null. */
  answer(ended: HermesError | null): BulkAnswer {
    const { storedCount: stored, acceptedCount } = this
    const accepted = acceptedCount === 0 ? {} : { accepted: acceptedCount }
    const failed = this.count - stored - acceptedCount
    const counts = { records: this.count, stored, ...accepted, failed }
    const head = JSON.stringify(counts).slice(1, -1)
    const error = ended === null ? '' : `,"unread":${JSON.stringify(this.shown(ended, null))}`
    const body = Buffer.from(`{${head}${error},"results":[${this.lines.join(',')}]}`)
    return { status: failed === 0 && ended === null ? 200 : 207, body }
  }

  private shown(error: HermesError, messageId: string | null): Readonly<Record<string, unknown>> {
    if (this.isInDetail) return problemDetails(error, messageId)
    return { status: error.status, code: error.code, message: error.message }
  }
}

function laterShown({ id, dueMs }: ScheduledAnswer): Readonly<Record<string, string>> {
  return { deliverAt: new Date(dueMs).toISOString(), ...(id === null ? {} : { scheduleId: id }) }
}
