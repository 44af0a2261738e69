/**
 * How many messages a replay would deliver.
 * Takes ranges and the subscription's filters. Gives a count for each partition: of offsets where nothing is
 * filtered, else of what the filters let pass. Bound: `countMs`; what is cut says so.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { createInspector, type CompiledFilters } from '@iris/common/filter/filters'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { openEntry } from '@iris/common/kafka/open-entry'
import { taskRange, type TaskRange } from '@iris/common/tasks/task'
import type { Clock } from '@iris/common/time/clock'

/** One partition. */
const partitionCount = z.object({
  ...taskRange.shape,
  messages: z
    .int()
    .describe(
      'Offsets from `from` to before `to`; where Kafka keeps bookkeeping of its own or compacts, fewer are messages',
    ),
  matching: z
    .int()
    .optional()
    .describe('Those that the filters let pass, or nobody can judge; absent without filters'),
})

export const replayCount = z.object({
  partitions: z.array(partitionCount),
  total: z.int().describe('What would be delivered'),
  isComplete: z
    .boolean()
    .describe('False when there was no time to look at all: then there are at least so many'),
})
export type PartitionCount = ValueOf<typeof partitionCount>
export type ReplayCount = ValueOf<typeof replayCount>

/**
 * Shows every entry from `from` to before `to`, while `mayGoOn`. Gives the offset up to which it looked.
 */
export type ScanMessages = (
  kafkaTopic: string,
  range: TaskRange,
  visit: (entry: LogEntry) => void,
  mayGoOn: () => boolean,
) => Promise<number>

const countMs = 8_000

/** Counts. */
export async function countReplay(
  { clock, scan }: { readonly clock: Clock; readonly scan: ScanMessages },
  kafkaTopic: string,
  ranges: readonly TaskRange[],
  filters: CompiledFilters | null,
): Promise<ReplayCount> {
  const messagesOf = ({ from, to }: TaskRange): number => to - from
  if (filters === null) {
    const partitions = ranges.map(range => ({ ...range, messages: messagesOf(range) }))
    return { partitions, total: sumOf(partitions.map(messagesOf)), isComplete: true }
  }
  const inspector = createInspector()
  const untilMs = clock.monotonic() + countMs
  const mayGoOn = (): boolean => clock.monotonic() < untilMs
  const passes = (entry: LogEntry): boolean => {
    const content = openEntry(entry, () => undefined)
    return content.problem !== null || inspector.judge(filters, content).kind !== 'filtered'
  }
  const partitions: (PartitionCount & { readonly matching: number })[] = []
  let isComplete = true
  for (const range of ranges) {
    let matching = 0
    const visit = (entry: LogEntry): void => void (passes(entry) && matching++)
    const position = await scan(kafkaTopic, range, visit, mayGoOn)
    if (position < range.to) isComplete = false
    partitions.push({ ...range, messages: messagesOf(range), matching })
  }
  return { partitions, total: sumOf(partitions.map(({ matching }) => matching)), isComplete }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0)
}
