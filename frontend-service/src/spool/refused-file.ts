/**
 * Messages that Kafka will never take, kept for people: one line of JSON each, with the body and the reason.
 * Takes messages. Resolves when their lines are durable. Bound: two files of half of `bytesMax` each; the
 * older one is dropped when the newer one is full, which is logged.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { SpoolFile, SpoolFiles } from './files.js'
import type { KeptMessage } from './message-record.js'
import type { SpooledEntry } from './segment.js'

/** A message and why Kafka will not have it. The message is null when its bytes can no longer be read. */
export interface Refusal {
  readonly entry: SpooledEntry
  readonly message: KeptMessage | null
  readonly reason: string
}

export interface RefusedFile {
  open(): Promise<void>
  /** Rejects when the lines are not durable; then none of them is in the file. */
  write(refusals: readonly Refusal[], nowMs: number): Promise<void>
  close(): Promise<void>
}

const present = 'refused.ndjson'
const former = 'refused.1.ndjson'

/** Makes the file; nothing is on disk before the first refusal. */
export function createRefusedFile(
  { files, log }: { readonly files: SpoolFiles; readonly log: Log },
  bytesMax: number,
): RefusedFile {
  let file: SpoolFile | null = null
  let size = 0

  const openPresent = async (): Promise<void> => {
    file = await files.open(present)
    size = await file.size()
  }
  const rotate = async (): Promise<void> => {
    await file?.close()
    file = null
    if ((await files.names()).includes(former)) log.warn('spool.refusedDropped', { file: former })
    await files.rename(present, former)
    size = 0
  }
  const make = async (): Promise<SpoolFile> => {
    const made = await files.create(present)
    await files.syncDirectory()
    return made
  }
  return {
    async open() {
      if ((await files.names()).includes(present)) await openPresent()
    },
    async write(refusals, nowMs) {
      if (size >= bytesMax / 2) await rotate()
      file ??= await make()
      const lines = Buffer.from(refusals.map(refusal => lineOf(refusal, nowMs)).join(''))
      try {
        await file.write([lines], size)
        await file.sync()
      } catch (error) {
        await file.truncate(size)
        throw error
      }
      size += lines.length
    },
    async close() {
      await file?.close()
    },
  }
}

function lineOf({ entry, message, reason }: Refusal, nowMs: number): string {
  const { id, topicName, acceptedMs } = entry
  const line = {
    messageId: id,
    topic: topicName,
    acceptedAt: new Date(acceptedMs).toISOString(),
    refusedAt: new Date(nowMs).toISOString(),
    reason,
    key: message?.key?.toString('base64') ?? null,
    headers: message?.headers.map(([name, value]) => [name, value.toString('base64')]) ?? [],
    value: message === null ? null : Buffer.concat(message.value).toString('base64'),
  }
  return `${JSON.stringify(line)}\n`
}
