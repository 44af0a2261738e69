/**
 * One dead letter by its id.
 * Takes names and an id. Gives its record. Refuses with `DEAD_LETTER_NOT_EXISTS` what never was, what Kafka
 * has let go, and what was redriven, purged or replaced.
 */
import { createClosedOffsets } from '@iris/common/dead-letters/closed-offsets'
import { readMarker } from '@iris/common/dead-letters/marker'
import { letterOffset } from '@iris/common/dead-letters/selection'
import { gatherMarkers } from '@iris/common/dead-letters/walk'
import { refusal } from '@iris/common/errors/hermes-error'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { detailOf, type DeadLetterDetail } from './letter-json.js'
import { kafkaTopicOf, type DeadLetterParts, type LetterNames } from './open-letters.js'

/** A letter and where it lies. */
export interface FoundLetter {
  readonly kafkaTopic: string
  readonly entry: LogEntry
}

/** Shows one dead letter. */
export async function showDeadLetter(
  parts: DeadLetterParts,
  names: LetterNames,
  id: string,
): Promise<DeadLetterDetail> {
  return detailOf((await findLetter(parts, names, id)).entry)
}

/** Finds one that still counts. */
export async function findLetter(
  parts: DeadLetterParts,
  names: LetterNames,
  id: string,
): Promise<FoundLetter> {
  const kafkaTopic = await kafkaTopicOf(parts, names)
  const missing = refusal('DEAD_LETTER_NOT_EXISTS', { id, subscription: names.name, topic: names.topic })
  const offset = letterOffset(id)
  const stored = offset === null ? null : await parts.letters.open(kafkaTopic, null)
  if (offset === null || stored === null || offset < stored.first || offset >= stored.next) throw missing
  const found: LogEntry[] = []
  await stored.log.scan(offset, offset + 1, entry => void found.push(entry.detach()))
  const [entry] = found
  if (entry === undefined || readMarker(entry) !== null) throw missing
  const closed = createClosedOffsets(offset, offset + 1)
  await gatherMarkers(stored.log, offset + 1, closed)
  if (closed.has(offset)) throw missing
  return { kafkaTopic, entry }
}
