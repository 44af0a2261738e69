// pure
/**
 * The answers on one keep-alive connection, read with as little work as a load generator may cost.
 * Takes chunks. Gives the status of each whole answer. Knows a length, chunks, and nothing else of HTTP.
 */

const headEnd = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')

/**
 * Makes a reader; `onAnswer` gets the status of each answer that is complete.
 * A chunk as long as the last whole answer and with its status is one more of the same: only one request is
 * open on a connection, so there is nothing else that it could be, and it is not searched.
 */
export function createAnswerReader(onAnswer: (status: number) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  let last = { length: 0, status: 0 }
  return chunk => {
    if (held.length === 0 && chunk.length === last.length && statusOf(chunk) === last.status) {
      onAnswer(last.status)
      return
    }
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    for (;;) {
      const end = answerEnd(held)
      if (end < 0) return
      last = { length: end, status: statusOf(held) }
      held = end === held.length ? Buffer.alloc(0) : held.subarray(end)
      onAnswer(last.status)
    }
  }
}

/** Three digits after `HTTP/1.1 `. */
function statusOf(answer: Buffer): number {
  const digit = (at: number): number => (answer[at] ?? 0) - 48
  return digit(9) * 100 + digit(10) * 10 + digit(11)
}

/** Where the first answer ends, or -1 while it is not complete. */
function answerEnd(held: Buffer): number {
  const at = held.indexOf(headEnd)
  if (at < 0) return -1
  const bodyFrom = at + headEnd.length
  const head = held.toString('latin1', 0, at).toLowerCase()
  const length = /\r\ncontent-length: ?(\d+)/.exec(head)
  if (length !== null) {
    const end = bodyFrom + Number(length[1])
    return held.length >= end ? end : -1
  }
  if (!head.includes('\r\ntransfer-encoding: chunked')) return bodyFrom
  const last = held.indexOf(lastChunk, bodyFrom)
  return last < 0 ? -1 : last + lastChunk.length
}
