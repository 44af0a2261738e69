// pure
/**
 * A message as the spool's files hold it: everything that Kafka will be given, and what its status needs.
 * Takes a message and its sequence number. Gives a frame, and back.
 * Promises: key, headers and value come back byte for byte; bytes of another version are null.
 */
import { WireFormatError, WireReader } from '@iris/common/kafka/protocol/wire'
import { beginFrame, endFrame } from './frame.js'

/** What a publisher handed in, stamped and checked. */
export interface MessageToKeep {
  readonly id: string
  /** Qualified name of the topic; where it lies in Kafka is looked up when it is drained. */
  readonly topicName: string
  readonly key: Buffer | null
  readonly headers: readonly (readonly [name: string, value: Buffer])[]
  /** The parts of the value, one after the other. */
  readonly value: readonly Buffer[]
  readonly timestampMs: number
}

/** A message read back; its value is one piece. */
export interface KeptMessage extends MessageToKeep {
  /** Rises by one with each message of a spool, over restarts. */
  readonly sequence: number
  /** Wall time at which it was accepted. */
  readonly acceptedMs: number
}

const version = 1
/** Generous for ids, names and numbers; a writer that needs more grows. */
const fixedBytes = 256

/** The frame of a message. */
export function writeMessage(message: MessageToKeep, sequence: number, acceptedMs: number): Buffer {
  const { id, topicName, key, headers, value, timestampMs } = message
  const headerBytes = headers.reduce((sum, [name, content]) => sum + name.length + content.length + 6, 0)
  const valueBytes = value.reduce((sum, part) => sum + part.length, 0)
  const writer = beginFrame(fixedBytes + (key?.length ?? 0) + headerBytes + valueBytes)
  writer.int8(version).int64(sequence).int64(acceptedMs).int64(timestampMs)
  writer.string(id).string(topicName).nullableBytes(key)
  writer.array(headers, ([name, content]) => void writer.string(name).bytes(content))
  for (const part of value) writer.raw(part)
  return endFrame(writer)
}

/** The message of a payload; null when it is none that this version reads. Its buffers are views. */
export function readMessage(payload: Buffer): KeptMessage | null {
  const reader = new WireReader(payload)
  try {
    if (reader.int8() !== version) return null
    const [sequence, acceptedMs, timestampMs] = [reader.int64(), reader.int64(), reader.int64()]
    const [id, topicName, key] = [reader.string(), reader.string(), reader.nullableBytes()]
    const headers = reader.array((): [string, Buffer] => [reader.string(), reader.bytes()])
    const value = [reader.view(reader.remaining)]
    return { sequence, acceptedMs, timestampMs, id, topicName, key, headers, value }
  } catch (error) {
    if (error instanceof WireFormatError) return null
    throw error
  }
}
