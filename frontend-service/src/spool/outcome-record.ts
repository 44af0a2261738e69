// pure
/**
 * What became of a spooled message, as the spool's files hold it.
 * Takes an outcome. Gives a frame, and back; bytes of another version are null.
 */
import { WireFormatError, WireReader } from '@iris/common/kafka/protocol/wire'
import { beginFrame, endFrame } from './frame.js'

/** A message that needs no more work: Kafka has it, or will never take it. */
export interface Settled {
  readonly sequence: number
  readonly id: string
  readonly topicName: string
  readonly acceptedMs: number
  /** Wall time of the outcome. */
  readonly settledMs: number
  readonly end: SettledEnd
}

/** `offset` is -1 where Kafka knows the message as a repeat and no longer says where it lies. */
export type SettledEnd =
  | { readonly kind: 'stored'; readonly partition: number; readonly offset: number }
  | { readonly kind: 'refused'; readonly reason: string }

const version = 1
const storedCode = 1
const refusedCode = 2
const reasonLettersMax = 1_000
const bytesExpected = 256

/** The frame of an outcome. */
export function writeOutcome({ sequence, id, topicName, acceptedMs, settledMs, end }: Settled): Buffer {
  const writer = beginFrame(bytesExpected)
  writer.int8(version).int64(sequence).int64(acceptedMs).int64(settledMs).string(id).string(topicName)
  if (end.kind === 'stored') writer.int8(storedCode).int32(end.partition).int64(end.offset)
  else writer.int8(refusedCode).string(end.reason.slice(0, reasonLettersMax))
  return endFrame(writer)
}

/** The outcome of a payload; null when it is none that this version reads. */
export function readOutcome(payload: Buffer): Settled | null {
  const reader = new WireReader(payload)
  try {
    if (reader.int8() !== version) return null
    const [sequence, acceptedMs, settledMs] = [reader.int64(), reader.int64(), reader.int64()]
    const [id, topicName] = [reader.string(), reader.string()]
    const end = readEnd(reader)
    return end === null ? null : { sequence, id, topicName, acceptedMs, settledMs, end }
  } catch (error) {
    if (error instanceof WireFormatError) return null
    throw error
  }
}

function readEnd(reader: WireReader): SettledEnd | null {
  const code = reader.int8()
  if (code === storedCode) return { kind: 'stored', partition: reader.int32(), offset: reader.int64() }
  return code === refusedCode ? { kind: 'refused', reason: reader.string() } : null
}
