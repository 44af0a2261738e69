// pure
/**
 * A message as it stands in the array of a batch: Hermes' wrapped form.
 * Takes a log entry and what was read of it. Gives pieces of bytes, or why the message cannot stand there.
 * Promises: the published bytes are neither parsed nor changed; an array of elements is always JSON, so that
 * no message can spoil those beside it.
 */
import { jsonProblem } from '@iris/common/domain/json-check'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { LetterContent } from '@iris/common/kafka/open-entry'

/** The byte order mark that a publisher may put first; inside an array it would be no JSON. */
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
const idName = 'messageId'

/** Why a message cannot stand in an array, or null. */
export function elementProblem({ body }: LetterContent): string | null {
  const problem = jsonProblem(body)
  return problem === null ? null : `UNPARSABLE: no element of a batch: ${problem}`
}

/**
 * The bytes of an element. A record that lies in Kafka in the same form is taken as it is. The publisher's
 * headers stand in it together with the message id, as in Hermes; without headers there is neither.
 */
export function elementOf(entry: LogEntry, content: LetterContent): readonly Buffer[] {
  const { messageId, body, propagated, isWrapped } = content
  const hasMark = body[0] === byteOrderMark[0] && body.subarray(0, 3).equals(byteOrderMark)
  if (isWrapped && !hasMark && entry.value !== null) return [entry.value]
  const metadata = {
    timestampMs: entry.timestampMs,
    id: messageId,
    externalMetadata: propagated === null ? {} : { ...pairsOf(propagated), [idName]: messageId },
  }
  return wrapEnvelope(metadata, hasMark ? body.subarray(3) : body)
}

/** How many bytes pieces have together. */
export function bytesOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}

/** Header lines as members of an object. */
function pairsOf(lines: readonly string[]): Record<string, string> {
  const pairs = Array.from({ length: lines.length >> 1 }, (_, index): [string, string] => [
    lines[2 * index] ?? '',
    lines[2 * index + 1] ?? '',
  ])
  return Object.fromEntries(pairs)
}
