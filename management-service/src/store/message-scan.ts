/**
 * Looking through the messages of a topic for an answer to a person.
 * Takes a search of Kafka. Gives a scan in small steps, so that others have their turns between them.
 */
import type { ScanMessages } from '../tasks/replay-count.js'
import { orRefuse, type KafkaParts } from './kafka.js'

/** Bytes of a step: what is done with them is done at one go. */
const stepBytes = 128 * 1024

/** Makes the scan. */
export function createMessageScan({ scanEntries }: Pick<KafkaParts, 'scanEntries'>): ScanMessages {
  return async (topic, { partition, from, to }, visit, mayGoOn) => {
    let position = from
    while (position < to && mayGoOn()) {
      const request = {
        ...{ topic, partition, fromOffset: position, untilOffset: to },
        ...{ entriesMax: Infinity, bytesMax: stepBytes },
        wants(entry: Parameters<typeof visit>[0]) {
          visit(entry)
          return false
        },
      }
      const scanned = await orRefuse(`read topic ${topic}`, scanEntries(request))
      if (scanned.position <= position) break
      position = scanned.position
    }
    return position
  }
}
