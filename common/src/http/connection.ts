/**
 * A connection to an endpoint, whatever protocol it speaks, as the target that owns it sees it.
 */
import type { Exchange } from './exchange.js'

export interface Connection {
  /** When it last carried something; monotonic. */
  usedMs: number
  /** The target's own note: it stands among those that have room. */
  isOffered: boolean
  /** Requests under way. */
  openCount(): number
  /** Whether it can carry one more request now. */
  hasRoom(): boolean
  carry(exchange: Exchange): void
  /** Takes no more, and goes when the last that is under way has ended. */
  drain(): void
  /** Fails what is under way. */
  fail(error: Error): void
  /** Closes it at once; the target has forgotten it. */
  destroy(): void
}

/** What a connection tells the target that owns it. */
export interface ConnectionOwner {
  /** A request ended, or there is room for another reason. */
  roomChanged(connection: Connection): void
  /** It cannot be used any more. */
  lost(connection: Connection): void
  /** The endpoint has not begun with this request: it may go by another connection. */
  refused(exchange: Exchange): void
}

/** The most that is read of an answer's body; more of it is cut off. */
export const answerBytesMax = 64 * 1024
/** The most that is read of an answer's head. */
export const answerHeadBytesMax = 16 * 1024
