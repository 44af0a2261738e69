/**
 * A topic's partitions in memory, for tests of who reads messages.
 * Takes records as they are appended. Gives the ports of Kafka over them, in small steps as the real ones.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { KafkaSearch } from '../../store/kafka-ports.js'
import type { ScanMessages } from '../../tasks/replay-count.js'

export interface MessageRecord {
  readonly partition?: number
  readonly timeMs: number
  readonly key?: string | null
  readonly value: string | Buffer
  readonly headers?: Readonly<Record<string, string | Buffer>>
  /** Offsets that are skipped before it, as compaction and transactions leave them. */
  readonly gap?: number
}

export interface MessageLog {
  append(record: MessageRecord): void
  /** Takes the oldest away, as retention does. */
  forget(partition: number, count: number): void
  readonly search: KafkaSearch
  readonly scan: ScanMessages
  /** Entries that were looked at so far. */
  lookedAt(): number
  lookedAtBytes(): number
}

/** As many bytes as the real scan shows at one go. */
const stepBytesMax = 128 * 1024

/** Makes empty partitions. */
export function createMessageLog(partitions: number): MessageLog {
  const logs = Array.from({ length: partitions }, () => ({ entries: [] as LogEntry[], next: 0, first: 0 }))
  let [lookedAt, lookedAtBytes] = [0, 0]
  const logOf = (partition: number): (typeof logs)[number] =>
    logs[partition] ?? { entries: [], next: 0, first: 0 }
  return {
    append({ partition = 0, timeMs, key = null, value, headers = {}, gap = 0 }) {
      const log = logOf(partition)
      const offset = log.next + gap
      log.next = offset + 1
      const lines = Object.entries(headers).map(([name, text]): [string, Buffer] => [
        name,
        Buffer.isBuffer(text) ? text : Buffer.from(text),
      ])
      const entry: LogEntry = {
        ...{ topic: 'g.t', partition, offset, lastOffset: offset, timestampMs: timeMs, problem: null },
        key: key === null ? null : Buffer.from(key),
        value: Buffer.isBuffer(value) ? value : Buffer.from(value),
        header: name => lines.findLast(([each]) => each === name)?.[1] ?? null,
        headers: () => lines,
        detach: () => entry,
      }
      log.entries.push(entry)
    },
    forget(partition, count) {
      const log = logOf(partition)
      log.entries.splice(0, count)
      log.first = log.entries[0]?.offset ?? log.next
    },
    search: {
      partitions: () => Promise.resolve(logs.map((_log, partition) => partition)),
      ranges: (_topic, asked, { fromMs, toMs }) =>
        Promise.resolve(
          asked.map(partition => {
            const { entries, first, next } = logOf(partition)
            const at = (timeMs: number | null, otherwise: number): number =>
              timeMs === null
                ? otherwise
                : (entries.find(({ timestampMs }) => timestampMs >= timeMs)?.offset ?? next)
            return { first: at(fromMs, first), next: at(toMs, next) }
          }),
        ),
      find: () => Promise.resolve([]),
    },
    async scan(_topic, { partition, from, to }, visit, mayGoOn) {
      await Promise.resolve()
      let position = from
      let stepBytes = stepBytesMax
      for (const entry of logOf(partition).entries) {
        if (entry.offset < from || entry.offset >= to) continue
        if (stepBytes >= stepBytesMax) {
          if (!mayGoOn()) return position
          stepBytes = 0
        }
        const bytes = entry.value?.length ?? 0
        lookedAt++
        lookedAtBytes += bytes
        stepBytes += bytes
        visit(entry)
        position = entry.offset + 1
      }
      if (position >= to) return position
      // Who fetches on from there gets the next batch, however far away; at the end of the log nothing comes.
      return logOf(partition).entries.find(({ offset }) => offset >= to)?.offset ?? position
    },
    lookedAt: () => lookedAt,
    lookedAtBytes: () => lookedAtBytes,
  }
}
