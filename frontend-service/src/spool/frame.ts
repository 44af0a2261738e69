// pure
/**
 * Frames: what a spool file is made of. A file begins with a head that holds its own random marker; each
 * frame is the marker, the payload's length, its CRC-32C and the payload.
 * Takes payloads. Gives bytes, and back. Promises: a frame that is cut or changed is never given; what
 * follows damage is found again by the marker, which nobody who publishes can know and so cannot forge.
 */
import { crc32c } from '@iris/common/kafka/protocol/crc32c'
import { WireWriter } from '@iris/common/kafka/protocol/wire'

const kind = Buffer.from('IRISSPL1', 'latin1')
export const markerBytes = 8
/** Bytes before the first frame of a file. */
export const fileHeadBytes = kind.length + markerBytes
/** Bytes of a frame before its payload. */
export const frameHeadBytes = markerBytes + 4 + 4

/** The first bytes of a file. `marker` is random and of {@link markerBytes}. */
export function fileHead(marker: Buffer): Buffer {
  return Buffer.concat([kind, marker])
}

/** The marker of a file that begins with these bytes; null when it is no spool file, or a cut one. */
export function readFileHead(bytes: Buffer): Buffer | null {
  if (bytes.length < fileHeadBytes || !bytes.subarray(0, kind.length).equals(kind)) return null
  return bytes.subarray(kind.length, fileHeadBytes)
}

/** Begins a frame: the payload is written behind what is there. */
export function beginFrame(payloadBytesExpected: number): WireWriter {
  return new WireWriter(frameHeadBytes + payloadBytesExpected).raw(noHead)
}

/** Ends it: gives the frame's bytes for any file; {@link markFrame} makes them those of one. */
export function endFrame(writer: WireWriter): Buffer {
  const frame = writer.toBuffer()
  frame.writeUInt32BE(frame.length - frameHeadBytes, markerBytes)
  frame.writeUInt32BE(crc32c(frame, frameHeadBytes), markerBytes + 4)
  return frame
}

/** Puts the file's marker into a frame. */
export function markFrame(frame: Buffer, marker: Buffer): void {
  marker.copy(frame, 0)
}

/** The payload of the frame at the start of `bytes`; null when it is none, cut or changed. */
export function payloadOf(bytes: Buffer, marker: Buffer): Buffer | null {
  if (bytes.length < frameHeadBytes || bytes.compare(marker, 0, markerBytes, 0, markerBytes) !== 0)
    return null
  const end = frameHeadBytes + bytes.readUInt32BE(markerBytes)
  if (end > bytes.length) return null
  if (crc32c(bytes, frameHeadBytes, end) !== bytes.readUInt32BE(markerBytes + 4)) return null
  return bytes.subarray(frameHeadBytes, end)
}

export interface FrameScan {
  /** Where the last whole frame ends. */
  readonly wholeEnd: number
  /** Bytes before it that belong to no whole frame: they were changed after they had been written. */
  readonly damagedBytes: number
}

/** Shows every whole frame of a file's bytes in order. What lies behind `wholeEnd` is a torn tail. */
export function scanFrames(
  bytes: Buffer,
  marker: Buffer,
  visit: (payload: Buffer, position: number) => void,
): FrameScan {
  let wholeEnd = fileHeadBytes
  let damagedBytes = 0
  let at = fileHeadBytes
  while (at >= 0 && at < bytes.length) {
    const payload = payloadOf(bytes.subarray(at), marker)
    if (payload === null) {
      at = bytes.indexOf(marker, at + 1)
      continue
    }
    damagedBytes += at - wholeEnd
    visit(payload, at)
    at += frameHeadBytes + payload.length
    wholeEnd = at
  }
  return { wholeEnd, damagedBytes }
}

const noHead = Buffer.alloc(frameHeadBytes)
