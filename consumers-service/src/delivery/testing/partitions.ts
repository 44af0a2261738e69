/**
 * Partitions whose log a test writes, for a pipeline that reads them.
 * Takes messages. Gives the works that the pipeline was given.
 */
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { VirtualTime } from '@iris/common/time/virtual-time'
import { isInDoubt, PartitionWork } from '../partition-work.js'
import type { Pipeline } from '../pipeline-parts.js'
import { createWindow, type WindowStart } from '../settle.js'

/** A message of the log; it is read as unreadable where it has a problem. */
export type Message = {
  body: string
  padding?: number
  key?: string
  problem?: string
  at?: number
  traceparent?: string
}

/** Where its window begins, and whether it is one of the delay topic. */
export type Start = Partial<WindowStart> & { readonly isDelayed?: boolean }

export interface Partitions {
  open(partition: number, messages: Message[], start?: Start): Promise<PartitionWork>
  append(work: PartitionWork, messages: Message[]): Promise<void>
}

/** Makes partitions for a pipeline; a log begins at offset 0, its reading where a test says. */
export function createPartitions(
  time: VirtualTime,
  pipeline: Pipeline,
  usual: Partial<WindowStart> = {},
): Partitions {
  const logs = new Map<PartitionWork, LogEntry[]>()
  const append: Partitions['append'] = async (work, messages) => {
    const log = logs.get(work)!
    for (const each of messages) log.push(entryOf(work.partition, log.length, each, each.at ?? time.now()))
    work.isReady = true
    pipeline.wake()
    await time.advance(0)
  }
  return {
    append,
    async open(partition, messages, { isDelayed = false, ...start } = {}) {
      const base = { offset: 0, note: null, wallLeadMs: 0, unsettledMax: 1000, endsTogether: false }
      const window = createWindow({ ...base, ...usual, ...start })
      const isDoubtful = (each: PartitionWork): boolean => isInDoubt(each, true)
      const work = new PartitionWork({ partition, isDelayed, window, lock: 1, offset: 0, isDoubtful })
      work.follow({
        next: () => logs.get(work)![window.next()] ?? null,
        get position() {
          return window.next()
        },
        endOffset: -1,
        seek: () => undefined,
        close: () => undefined,
      })
      logs.set(work, [])
      pipeline.add(work)
      await append(work, messages)
      return work
    },
  }
}

function entryOf(partition: number, offset: number, message: Message, timestampMs: number): LogEntry {
  const { traceparent } = message
  const externalMetadata: Record<string, string> = traceparent === undefined ? {} : { traceparent }
  const metadata = { timestampMs, id: `id-${message.body}`, externalMetadata }
  const body = Buffer.from(JSON.stringify(message.body) + ' '.repeat(message.padding ?? 0))
  const value = Buffer.concat(wrapEnvelope(metadata, body))
  const entry: LogEntry = {
    topic: 'g.t',
    partition,
    offset,
    lastOffset: offset,
    timestampMs,
    key: message.key === undefined ? null : Buffer.from(message.key),
    value: message.problem === undefined ? value : null,
    problem: message.problem ?? null,
    header: () => null,
    headers: () => [],
    detach: () => entry,
  }
  return entry
}
