/**
 * Writes the shelf of previews into the topics' preview nodes, once a period.
 * Takes the shelf and ZooKeeper. Promises: the last frontend that writes wins, as in Hermes; a topic that is
 * gone is left alone; what ZooKeeper does not take is dropped and said, the next period shows other messages
 * anyway. Bound: `writesMax` writes at a time.
 */
import { previewsToNode, type MessagePreview } from '@iris/common/domain/message-preview'
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import type { PreviewShelf } from './preview-shelf.js'

export interface PreviewWriterParts {
  readonly log: Log
  readonly scheduler: Scheduler
  readonly session: Pick<ZooSession, 'write' | 'create' | 'isConnected'>
  readonly paths: Pick<ZooPaths, 'preview'>
  readonly shelf: PreviewShelf
}

const writesMax = 16

/** Begins to write every `periodMs`, until cancelled. */
export function startPreviewWriter(parts: PreviewWriterParts, periodMs: number): Cancel {
  let isWriting = false
  return parts.scheduler.every(periodMs, () => {
    // A round that takes longer than a period is not joined by another.
    if (isWriting || !parts.session.isConnected()) return
    isWriting = true
    void writeAll(parts).finally(() => (isWriting = false))
  })
}

/** Writes all there is once; never rejects. */
export async function writeAll(parts: PreviewWriterParts): Promise<void> {
  const rows = [...parts.shelf.takeAll()]
  for (let from = 0; from < rows.length; from += writesMax) {
    const some = rows.slice(from, from + writesMax)
    const written = await Promise.allSettled(some.map(([topic, previews]) => write(parts, topic, previews)))
    const failure = written.find(each => each.status === 'rejected')
    if (failure !== undefined) parts.log.warn('preview.notWritten', { error: failure.reason as unknown })
  }
}

async function write(
  { session, paths }: PreviewWriterParts,
  topic: string,
  previews: readonly MessagePreview[],
): Promise<void> {
  const [path, data] = [paths.preview(topic), previewsToNode(previews)]
  try {
    await session.write(path, data)
  } catch (error) {
    if (!(error instanceof NoNodeError)) throw error
    await create(session, path, data)
  }
}

/** The parent is the topic: where it is missing, the topic was removed. */
async function create(session: PreviewWriterParts['session'], path: string, data: Buffer): Promise<void> {
  try {
    await session.create(path, data)
  } catch (error) {
    if (!(error instanceof NoNodeError || error instanceof NodeExistsError)) throw error
  }
}
