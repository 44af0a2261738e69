/**
 * What is known of a message before its body: what was said beside it, how long it is, where it came from.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** What a publisher said beside the body, as Node shows it: by lower-case name, and line by line. */
export interface SentHeaders {
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
}

export interface Sender {
  readonly sent: SentHeaders
  /** What its request said, where a message may say something else: only this tells who the caller is. */
  readonly caller?: SentHeaders | undefined
  /** Bytes of the body, as known or announced before it is read; -1 where nothing is said. */
  readonly announcedBytes: number
  /** Where the message came from over the network, where that is known. */
  readonly address?: string | undefined
  /** What it came over, which later messages come over too; left out where nobody knows. */
  readonly connection?: object
  /**
   * A fellow has passed it on: there it was judged who publishes, and its quota was charged. Left out where
   * no fellow can.
   */
  readonly isForwarded?: boolean
  /** Headers that the answer carries beside its own; an origin whose answer has none leaves it out. */
  note?(headers: readonly string[]): void
}

/** The headers that say who publishes: a record of a bulk request cannot put others in their place. */
export function callerOf(sender: Sender): SentHeaders {
  return sender.caller ?? sender.sent
}
