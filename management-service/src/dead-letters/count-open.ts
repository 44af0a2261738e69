/**
 * How many dead letters there are, for those who only want a number.
 * Takes names and a moment. Gives how many count still, and how many of those died since; none of a
 * subscription that does not exist. Promises: markers and what they closed are not counted; Kafka alone is
 * asked. Bound: `countMs`; where that does not do, there are at least so many.
 */
import { deadLetterTopicName } from '@iris/common/kafka/names'
import { openLettersIn, walkLetters, type DeadLetterParts, type LetterNames } from './open-letters.js'

/** Numbers of dead letters. */
export interface OpenCount {
  readonly all: number
  readonly since: number
}

const countMs = 1_000
const windowFirst = 1_000

/** Counts them. */
export async function countOpen(
  parts: DeadLetterParts,
  names: LetterNames,
  sinceMs: number,
): Promise<OpenCount> {
  const kafkaTopic = deadLetterTopicName(parts.namespace, names.topic, names.name)
  const opened = await openLettersIn(parts.letters, kafkaTopic, { after: null, fromMs: null })
  let [all, since] = [0, 0]
  if (opened === null) return { all, since }
  const walk = {
    windowFirst,
    pick: ({ timestampMs }: { readonly timestampMs: number }) => timestampMs,
    bytesOf: () => 0,
    take(_offset: number, timestampMs: number) {
      all++
      if (timestampMs >= sinceMs) since++
      return true
    },
  }
  await walkLetters<number>(parts, opened, walk, countMs)
  return { all, since }
}
