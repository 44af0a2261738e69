/**
 * A message of a topic as management shows it.
 */
import type { ReadOf } from '../../api/client.js'

export type Message = ReadOf<'/topics/{topic}/browse'>['items'][number]
