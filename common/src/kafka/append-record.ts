/**
 * One record appended, as a promise, for those who write now and then.
 * Takes a producer and a record. Gives its offset, null where Kafka does not tell it.
 * Refuses with `RecordNotAppended`, which says whether the record may be in Kafka all the same.
 */
import type { Producer } from './producer.js'
import type { NotStoredCause, ProducerMessage } from './producer-message.js'

/** Why there is no word of Kafka that it holds the record. */
export class RecordNotAppended extends Error {
  override readonly name = 'RecordNotAppended'

  constructor(
    readonly why: NotStoredCause | 'unknown' | 'noRoom',
    detail: string,
  ) {
    super(why === 'unknown' ? `Kafka did not confirm, and may have stored it: ${detail}` : detail)
  }
}

/** Appends it; resolves on Kafka's word only. */
export async function appendRecord(
  producer: Producer,
  message: Omit<ProducerMessage, 'done'>,
): Promise<number | null> {
  await producer.prepare(message.topic)
  return new Promise((stored, failed) => {
    const isTaken = producer.append({
      ...message,
      done(outcome) {
        if (outcome.kind === 'stored') stored(outcome.offset < 0 ? null : outcome.offset)
        else
          failed(
            new RecordNotAppended(outcome.kind === 'unknown' ? 'unknown' : outcome.cause, outcome.detail),
          )
      },
    })
    if (!isTaken) failed(new RecordNotAppended('noRoom', 'too many records are on their way already'))
  })
}
