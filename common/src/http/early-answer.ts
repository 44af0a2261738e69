/**
 * The end of a request that is answered before its body has come.
 * Takes a response whose head and body are written but not ended. Gives the client time to read it.
 * Promises: what still arrives is dropped, not held; the connection closes when the body ends, or after
 * `lingerMs`, or after `lingerBytesMax`. Without this the close would reset the connection while the client
 * still writes, and it would see an error and send again instead of reading the refusal.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Scheduler } from '../time/scheduler.js'

const lingerMs = 1_000
const lingerBytesMax = 4 * 1024 * 1024

/** Bodies up to this length are read to their end by the server itself, and the connection lives on. */
export const drainedBytesMax = 64 * 1024

/** Whether the rest of the body is so long, or so unknown, that the connection cannot be used again. */
export function mustCloseEarly(request: IncomingMessage): boolean {
  if (request.complete) return false
  const { expect, 'content-length': declared, 'transfer-encoding': coding } = request.headers
  const isLong = coding !== undefined || Number(declared ?? 0) > drainedBytesMax
  return isLong || expect !== undefined
}

/** Ends `response` once the client has stopped sending. The answer's last byte must be written already. */
export function endEarly(scheduler: Scheduler, request: IncomingMessage, response: ServerResponse): void {
  let dropped = 0
  const end = (): void => {
    cancel()
    response.end()
  }
  const cancel = scheduler.after(lingerMs, end)
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > lingerBytesMax) end()
  })
  request.once('close', end)
}
