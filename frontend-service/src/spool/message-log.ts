/**
 * The messages on disk: segment files that only grow at their end and go as a whole.
 * Takes messages. Tells each, by a method of it, that it is durable or that none of it is there.
 * Promises: one sync for all that wait, and none is told before it; what was told is found again after any
 * crash, in order. Bounds: bytes on disk and messages; bytes that wait for a disk that does not answer, whose
 * publishers were answered long ago.
 */
import type { Clock } from '@iris/common/time/clock'
import type { Log } from '@iris/common/lifecycle/log'
import { createFrameFile, DamagedFrame, FramesNotKept, openFrameFile } from './frame-file.js'
import type { FrameFileParts } from './frame-file.js'
import { fileHeadBytes, frameHeadBytes, markerBytes } from './frame.js'
import { readMessage, writeMessage, type KeptMessage, type MessageToKeep } from './message-record.js'
import { segmentName, segmentNumber, type Segment, type SpooledEntry } from './segment.js'

/** What became of a message that was handed in. */
export type Keeping =
  | { readonly kind: 'kept'; readonly entry: SpooledEntry }
  /** Bounds or the medium: surely not kept. */
  | { readonly kind: 'full'; readonly detail: string }
  /** The medium failed. */
  | { readonly kind: 'failed'; readonly detail: string; readonly mayBeKept: boolean }

/** A message that waits for the disk. Its buffers must not change until `spooled`. */
export interface SpoolMessage extends MessageToKeep {
  /** Kafka's word on it may still come: it is not drained before `resolve` is called for its entry. */
  readonly isHeld: boolean
  /** Called exactly once, never from within `append`. */
  spooled(keeping: Keeping): void
}

export interface MessageLog {
  /**
   * Reads what an earlier process left, message by message in order. `visit` says whether it needs more work.
   * New messages get sequence numbers above `afterSequence` and all that were read.
   */
  open(afterSequence: number, visit: (message: KeptMessage, entry: SpooledEntry) => boolean): Promise<void>
  /** Takes a message; it is told what became of it. */
  append(message: SpoolMessage): void
  /** Reads a message back. */
  read(entry: SpooledEntry): Promise<KeptMessage>
  /** It needs no more work; a segment with none that does is removed. */
  settle(entry: SpooledEntry): void
  /** The least sequence number that may still lie in a file. */
  firstSequence(): number
  /** Messages that are not settled, those that wait for the disk among them. */
  openCount(): number
  /** Bytes of all segment files. */
  bytesOnDisk(): number
  /** Resolves when nothing waits, and closes the files. */
  close(): Promise<void>
}

export interface MessageLogParts extends FrameFileParts {
  readonly clock: Clock
  readonly log: Log
  readonly randomBytes: (count: number) => Buffer
  readonly damage: DamageCounters
  /** Makes settled messages known on disk, before the file that holds them goes. */
  readonly beforeRemoval: () => Promise<void>
  /** Told of each durable message, before the message itself is. */
  readonly onKept: (entry: SpooledEntry) => void
}

/** What was found wrong with files. */
export interface DamageCounters {
  tornTails: number
  damagedBytes: number
}

export interface MessageLogLimits {
  readonly bytesMax: number
  readonly messagesMax: number
  /** In memory, until the disk has them; one message more may begin below this. */
  readonly waitingBytesMax: number
  readonly segmentBytesMax: number
}

/** What an entry of an earlier process begins with. */
const free = { isHeld: false, isSettled: false }
/** Bytes that one write and sync make durable, so that a long queue does not wait for one long write. */
const groupBytesMax = 4 * 1024 * 1024
/** A segment in which all is settled goes early when it is at least this part of a full one. */
const worthRemoving = 1 / 4

interface Waiting {
  readonly message: SpoolMessage
  readonly frame: Buffer
  readonly sequence: number
  readonly acceptedMs: number
}

/** Makes the log over a directory. Nothing is read before `open`. */
export function createMessageLog(parts: MessageLogParts, limits: MessageLogLimits): MessageLog {
  const { files, clock, log, damage } = parts
  const segments = new Set<Segment>()
  let current: Segment | null = null
  let waiting: Waiting[] = []
  /** Those of the group that is being written among them. */
  let waitingBytes = 0
  let openCount = 0
  let nextSequence = 1
  let nextNumber = 1
  let work: Promise<void> | null = null
  let removals: Promise<void> = Promise.resolve()

  const bytesOnDisk = (): number => {
    let bytes = 0
    for (const { file } of segments) bytes += file.bytes
    return bytes
  }
  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) await commit(takeGroup())
    work = null
  }
  const takeGroup = (): Waiting[] => {
    let bytes = 0
    let count = 0
    for (const { frame } of waiting) {
      if (count > 0 && bytes + frame.length > groupBytesMax) break
      bytes += frame.length
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return group
  }
  const commit = async (group: readonly Waiting[]): Promise<void> => {
    const keepings = await keep(group)
    for (const { frame } of group) waitingBytes -= frame.length
    group.forEach(({ message }, index) => {
      const keeping = keepings[index] as Keeping
      if (keeping.kind === 'kept') parts.onKept(keeping.entry)
      message.spooled(keeping)
    })
  }
  /** Makes a group durable; gives what became of each, and never rejects. */
  const keep = async (group: readonly Waiting[]): Promise<readonly Keeping[]> => {
    try {
      const segment = await segmentFor(group)
      let position = await segment.file.append(group.map(({ frame }) => frame))
      segment.openCount += group.length
      return group.map(({ message, frame, sequence, acceptedMs }) => {
        const place = { segment, position, bytes: frame.length }
        position += frame.length
        const { id, topicName, isHeld } = message
        const state = { isHeld, isSettled: false }
        return { kind: 'kept', entry: { ...place, sequence, id, topicName, acceptedMs, ...state } }
      })
    } catch (error) {
      openCount -= group.length
      const failure = error instanceof FramesNotKept ? error : new FramesNotKept(error, false)
      if (failure.mayComeBack) log.error('spool.notTakenBack', { error: failure.cause })
      return group.map(() => keepingOf(failure))
    }
  }
  const segmentFor = async (group: readonly Waiting[]): Promise<Segment> => {
    const bytes = group.reduce((sum, { frame }) => sum + frame.length, 0)
    if (current !== null) {
      const isFull = current.file.bytes > 0 && current.file.bytes + bytes > limits.segmentBytesMax
      if (!isFull && !current.file.isSpoiled) return current
      seal(current)
      current = null
    }
    const marker = parts.randomBytes(markerBytes)
    const file = await createFrameFile(parts, segmentName(nextNumber++), marker)
    const firstSequence = group[0]?.sequence ?? nextSequence
    current = { file, firstSequence, openCount: 0, isSealed: false, isDamaged: false }
    segments.add(current)
    return current
  }
  const seal = (segment: Segment): void => {
    segment.isSealed = true
    if (segment.openCount === 0) removals = removals.then(() => remove(segment))
  }
  const remove = async (segment: Segment): Promise<void> => {
    const { file, isDamaged } = segment
    try {
      await parts.beforeRemoval()
      await file.close()
      if (isDamaged) await files.rename(file.name, `${file.name}.damaged`)
      else await files.remove(file.name)
      segments.delete(segment)
    } catch (error) {
      log.error('spool.notRemoved', { file: file.name, error })
    }
  }
  const openSegment = async (name: string, visit: Visit): Promise<void> => {
    const found: { readonly message: KeptMessage; readonly position: number; readonly bytes: number }[] = []
    let unreadable = 0
    const opened = await openFrameFile(parts, name, (payload, position) => {
      const message = readMessage(payload)
      if (message === null) unreadable += payload.length
      else found.push({ message, position, bytes: payload.length + frameHeadBytes })
    })
    if (opened === null) return putAside(name)
    const damagedBytes = opened.damagedBytes + unreadable
    if (opened.tornBytes > 0) {
      damage.tornTails++
      log.warn('spool.tornTail', { file: name, bytes: opened.tornBytes, messages: found.length })
    }
    if (damagedBytes > 0) {
      damage.damagedBytes += damagedBytes
      log.error('spool.damaged', { file: name, bytes: damagedBytes, messages: found.length })
    }
    const firstSequence = found[0]?.message.sequence ?? nextSequence
    const isDamaged = damagedBytes > 0
    const segment = { file: opened.file, firstSequence, openCount: 0, isSealed: false, isDamaged }
    segments.add(segment)
    for (const { message, position, bytes } of found) {
      const { sequence, id, topicName, acceptedMs } = message
      nextSequence = Math.max(nextSequence, sequence + 1)
      const entry = { sequence, id, topicName, acceptedMs, segment, position, bytes, ...free }
      if (!visit(message, entry)) continue
      segment.openCount++
      openCount++
    }
    seal(segment)
  }
  /** A file without a head: nothing in it was ever acknowledged, or its first bytes were changed since. */
  const putAside = async (name: string): Promise<void> => {
    const file = await files.open(name)
    const bytes = await file.size()
    await file.close()
    if (bytes < fileHeadBytes) return files.remove(name)
    damage.damagedBytes += bytes
    log.error('spool.damaged', { file: name, bytes, messages: 0 })
    await files.rename(name, `${name}.damaged`)
  }

  return {
    async open(afterSequence, visit) {
      nextSequence = afterSequence + 1
      const numbers = (await files.names()).map(segmentNumber).filter(number => number !== null)
      for (const number of numbers.sort((one, other) => one - other)) {
        await openSegment(segmentName(number), visit)
        nextNumber = number + 1
      }
    },
    append(message) {
      if (waitingBytes >= limits.waitingBytesMax)
        return queueMicrotask(() => message.spooled(diskIsSlow(waitingBytes)))
      const acceptedMs = clock.now()
      const frame = writeMessage(message, nextSequence, acceptedMs)
      const problem = boundReached(limits, openCount, bytesOnDisk() + waitingBytes + frame.length)
      if (problem !== null) return queueMicrotask(() => message.spooled({ kind: 'full', detail: problem }))
      waiting.push({ message, frame, sequence: nextSequence++, acceptedMs })
      waitingBytes += frame.length
      openCount++
      work ??= commitAll()
    },
    async read(entry) {
      const message = readMessage(await entry.segment.file.read(entry.position, entry.bytes))
      if (message?.sequence === entry.sequence) return message
      throw new DamagedFrame(`${entry.segment.file.name} holds another message at ${entry.position}`)
    },
    settle(entry) {
      const { segment } = entry
      entry.isSettled = true
      segment.openCount--
      openCount--
      if (segment.openCount > 0) return
      if (segment.isSealed) removals = removals.then(() => remove(segment))
      else if (work === null && segment.file.bytes >= limits.segmentBytesMax * worthRemoving) {
        current = null
        seal(segment)
      }
    },
    firstSequence() {
      let first = nextSequence
      for (const segment of segments) first = Math.min(first, segment.firstSequence)
      return first
    },
    openCount: () => openCount,
    bytesOnDisk,
    async close() {
      await work
      await removals
      for (const { file } of segments) await file.close()
    },
  }
}

type Visit = (message: KeptMessage, entry: SpooledEntry) => boolean

function boundReached(limits: MessageLogLimits, messages: number, bytes: number): string | null {
  if (messages >= limits.messagesMax) return `it holds ${messages} messages, which is its bound`
  return bytes > limits.bytesMax ? `its files would be larger than ${limits.bytesMax} bytes` : null
}

function keepingOf(failure: FramesNotKept): Keeping {
  const detail = failure.message
  if (failure.isDiskFull && !failure.mayComeBack) return { kind: 'full', detail }
  return { kind: 'failed', detail, mayBeKept: failure.mayComeBack }
}

/** The medium has not failed, so the next message may fare better. */
function diskIsSlow(bytes: number): Keeping {
  const detail = `the disk has not taken the ${bytes} bytes that wait for it`
  return { kind: 'failed', detail, mayBeKept: false }
}
