/**
 * What management tells about one dead letter.
 */
import type { ReadOf } from '../../api/client.js'

/** A dead letter with all that is known of it. */
export type LetterDetail = ReadOf<'/topics/{topic}/subscriptions/{subscription}/dead-letters/{id}'>
