/**
 * One file of frames that grows by groups, each durable as a whole before anybody hears of it.
 * Takes frames. Gives their places. Promises: after `append` has resolved, the frames survive a loss of
 * power; after it has thrown, none of them is in the file and their space is given back, unless the error
 * says that this failed too. Bound: the caller's, who begins the next file.
 */
import { fileHead, fileHeadBytes, frameHeadBytes, markFrame, payloadOf, readFileHead } from './frame.js'
import { scanFrames, type FrameScan } from './frame.js'
import type { SpoolFile, SpoolFiles } from './files.js'

/** A group that could not be made durable. */
export class FramesNotKept extends Error {
  override readonly name = 'FramesNotKept'

  constructor(
    override readonly cause: unknown,
    /** The group could not be cut off again: it may come back at the next start. */
    readonly mayComeBack: boolean,
  ) {
    super(`not kept on disk: ${(cause as Error).message}`)
  }

  /** The medium, or what this process may use of it, has no space left. */
  get isDiskFull(): boolean {
    const { code } = this.cause as { code?: unknown }
    return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'
  }
}

/** What stands at a place is not what was written there. */
export class DamagedFrame extends Error {
  override readonly name = 'DamagedFrame'
}

export interface FrameFile {
  readonly name: string
  /** Bytes that are durable. */
  readonly bytes: number
  /** Nothing may be appended any more: an error of the medium leaves its state in doubt. */
  readonly isSpoiled: boolean
  /** Makes the frames durable; gives the position of the first. Rejects with {@link FramesNotKept}. */
  append(frames: readonly Buffer[]): Promise<number>
  /** The payload at a place that `append` or `scan` gave. Rejects with {@link DamagedFrame}. */
  read(position: number, frameBytes: number): Promise<Buffer>
  close(): Promise<void>
}

export interface FrameFileParts {
  readonly files: SpoolFiles
  /** Told how long each sync took, in seconds. */
  readonly onSynced: (seconds: number) => void
  readonly monotonic: () => number
}

/** A new file. Nothing is on the medium before the first `append`, which makes its name durable too. */
export async function createFrameFile(
  parts: FrameFileParts,
  name: string,
  marker: Buffer,
): Promise<FrameFile> {
  return wrap(parts, { name, marker, file: await parts.files.create(name), bytes: 0, isNamed: false })
}

/** A file found at a start, and what was in it. */
export interface FoundFile extends FrameScan {
  readonly file: FrameFile
  /** Bytes of a torn tail that were cut off. */
  readonly tornBytes: number
}

/**
 * Opens a file of an earlier process, shows its whole frames, and cuts a torn tail off. Null when its head
 * cannot be read, so that none of it can.
 */
export async function openFrameFile(
  parts: FrameFileParts,
  name: string,
  visit: (payload: Buffer, position: number) => void,
): Promise<FoundFile | null> {
  const file = await parts.files.open(name)
  const size = await file.size()
  const content = await file.read(0, size)
  const marker = readFileHead(content)
  if (marker === null) {
    await file.close()
    return null
  }
  const scan = scanFrames(content, marker, visit)
  const tornBytes = size - scan.wholeEnd
  if (tornBytes > 0) {
    await file.truncate(scan.wholeEnd)
    await file.sync()
  }
  const own = Buffer.from(marker)
  const state = { name, marker: own, file, bytes: scan.wholeEnd, isNamed: true }
  return { ...scan, file: wrap(parts, state), tornBytes }
}

interface State {
  readonly name: string
  readonly marker: Buffer
  readonly file: SpoolFile
  bytes: number
  /** The directory entry is durable. */
  isNamed: boolean
}

function wrap({ files, monotonic, onSynced }: FrameFileParts, state: State): FrameFile {
  let isSpoiled = false
  const sync = async (): Promise<void> => {
    const startMs = monotonic()
    await state.file.sync()
    if (!state.isNamed) await files.syncDirectory()
    state.isNamed = true
    onSynced((monotonic() - startMs) / 1_000)
  }
  const takeBack = async (): Promise<boolean> => {
    try {
      await state.file.truncate(state.bytes)
      await state.file.sync()
      return true
    } catch {
      return false // the error that made us come here is the one to tell
    }
  }
  return {
    name: state.name,
    get bytes() {
      return state.bytes
    },
    get isSpoiled() {
      return isSpoiled
    },
    async append(frames) {
      const head = state.bytes === 0 ? [fileHead(state.marker)] : []
      const position = state.bytes === 0 ? fileHeadBytes : state.bytes
      for (const frame of frames) markFrame(frame, state.marker)
      try {
        await state.file.write([...head, ...frames], state.bytes)
        await sync()
      } catch (error) {
        const isTakenBack = await takeBack()
        const failure = new FramesNotKept(error, !isTakenBack)
        // After a failed sync the system may have forgotten what it could not write.
        isSpoiled ||= !isTakenBack || !failure.isDiskFull
        throw failure
      }
      state.bytes = frames.reduce((end, frame) => end + frame.length, position)
      return position
    },
    async read(position, frameBytes) {
      const payload = payloadOf(await state.file.read(position, frameBytes), state.marker)
      if (payload?.length === frameBytes - frameHeadBytes) return payload
      throw new DamagedFrame(`${state.name} is damaged at ${position}`)
    },
    close: () => state.file.close(),
  }
}
