// pure
/**
 * What the answer to a batch means for each of its messages.
 * Takes the result of the attempt and the policy. Gives a verdict for all, or one for each that failed.
 * Promises: only 207 with a JSON body is read as an answer about parts, every other answer speaks for the
 * whole; what cannot be understood fails the whole batch, so that no message is taken for delivered by
 * mistake.
 */
import type { FailureCause } from '@iris/common/domain/failure-cause'
import type { AttemptResult } from '@iris/common/http/client'
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { judge, type JudgePolicy, type Verdict } from '../judge.js'

/** A batch's verdict: of the whole, or by message id of those that failed. */
export type BatchVerdict =
  | { readonly kind: 'whole'; readonly verdict: Verdict }
  | { readonly kind: 'parts'; readonly failed: ReadonlyMap<string, Verdict> }

/** What the receiver says of one message. */
interface Failure {
  readonly id: string
  readonly status: number | null
  /** Null where the receiver leaves it to the status. */
  readonly mayRetry: boolean | null
}

const partsStatus = 207
const laterAgain = { kind: 'retry', retryAfterMs: null, isCounted: true } as const
const jsonType = /^application\/json\s*(;|$)/i

/** Whether an answer speaks about parts of a batch, so that its body is to be read. */
export function speaksOfParts(status: number, contentType: string): boolean {
  return status === partsStatus && jsonType.test(contentType.trim())
}

/** Judges an attempt; `has` says whether a message id is of this batch, `wallMs` is for `Retry-After`. */
export function judgeBatch(
  result: AttemptResult,
  policy: JudgePolicy,
  has: (messageId: string) => boolean,
  wallMs: number,
): BatchVerdict {
  if (result.kind !== 'answer' || result.body === null)
    return { kind: 'whole', verdict: judge(result, policy, wallMs) }
  const failures = readFailures(result.body)
  if ('problem' in failures) return misunderstood(failures.problem)
  const foreign = failures.find(({ id }) => !has(id))
  if (foreign !== undefined) return misunderstood('it names a message that was not sent')
  const failed = failures.map(each => [each.id, judgeFailure(each, policy, wallMs)] as const)
  return { kind: 'parts', failed: new Map(failed) }
}

/** The verdict on one message of the batch. */
export function verdictFor(batch: BatchVerdict, messageId: string): Verdict {
  if (batch.kind === 'whole') return batch.verdict
  return batch.failed.get(messageId) ?? { kind: 'delivered' }
}

/**
 * What an attempt says about the endpoint: of an answer about parts, whether it got on with any message, be
 * it to refuse it for good.
 */
export function summaryOf(batch: BatchVerdict, messagesCount: number): Verdict {
  if (batch.kind === 'whole') return batch.verdict
  const [first, ...others] = batch.failed.values()
  const isEachLater = others.every(each => each.kind === 'retry')
  const isFailure = first?.kind === 'retry' && isEachLater && batch.failed.size >= messagesCount
  return isFailure ? first : { kind: 'delivered' }
}

/** Whether the attempt came to nothing by a fault of ours. */
export function isOwnFault(batch: BatchVerdict): boolean {
  return batch.kind === 'whole' && batch.verdict.kind === 'retry' && !batch.verdict.isCounted
}

/** Whether it counts as an attempt: an answer that suspends the subscription does not either. */
export function isAttempt(batch: BatchVerdict): boolean {
  return batch.kind === 'parts' || !(isOwnFault(batch) || batch.verdict.kind === 'pause')
}

function misunderstood(problem: string): BatchVerdict {
  const reason = `The answer ${partsStatus} cannot be understood: ${problem}`
  return { kind: 'whole', verdict: { ...failedWith(reason, partsStatus), ...laterAgain } }
}

/** `retry` decides; without it the status does, as if it were the answer to this message alone. */
function judgeFailure({ status, mayRetry }: Failure, policy: JudgePolicy, wallMs: number): Verdict {
  const reason = `The receiver reports a failure${status === null ? '' : ` with status code: ${status}`}`
  const failure = failedWith(reason, status ?? partsStatus)
  if (mayRetry === false) return { kind: 'dead', ...failure }
  if (mayRetry === null && status !== null) {
    const alone = { kind: 'answer', status, retryAfter: null, verdict: null, body: null } as const
    const verdict = judge(alone, policy, wallMs)
    // Who lists a message among the failures has not taken it, whatever status it gives.
    if (verdict.kind !== 'delivered') return verdict
  }
  return { ...failure, ...laterAgain }
}

function failedWith(reason: string, status: number): { reason: string; cause: FailureCause; status: number } {
  return { reason, cause: String(status), status }
}

function readFailures(body: Buffer): readonly Failure[] | { readonly problem: string } {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    return { problem: 'it is not JSON' }
  }
  const list = isJsonObject(parsed) ? parsed['failed'] : undefined
  if (!Array.isArray(list)) return { problem: 'it has no list "failed"' }
  const failures: Failure[] = []
  for (const each of list as readonly unknown[]) {
    const failure = failureOf(each)
    if (failure === null) return { problem: `entry ${failures.length} of "failed" is none` }
    failures.push(failure)
  }
  return failures
}

/** Members other than these are the receiver's own affair. */
function failureOf(json: unknown): Failure | null {
  if (!isJsonObject(json)) return null
  const { id, status = null, retry = null } = json
  if (typeof id !== 'string') return null
  if (status !== null && !isStatus(status)) return null
  if (retry !== null && typeof retry !== 'boolean') return null
  return { id, status, mayRetry: retry }
}

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599
}
