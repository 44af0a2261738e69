// pure
/**
 * What a broker remembers of our reading, so that a request names only what changed (KIP-227).
 * Takes the places to read. Gives the parts of the next request, and takes in how it went.
 * Promises: after any doubt the next request is complete again. Bound: partitions set and not removed.
 */
import type { FetchPlace, FetchRequest, PartitionName } from './fetch-call.js'

/** The part of a request that a session decides. */
export type SessionRequest = Pick<FetchRequest, 'sessionId' | 'sessionEpoch' | 'places' | 'forgotten'>

const epochMax = 0x7fffffff

export class FetchSession {
  private id = 0
  /** 0: the next request makes a new session and closes the old one. */
  private epoch = 0
  private readonly held = new Map<string, FetchPlace>()
  private readonly changed = new Map<string, FetchPlace>()
  private readonly gone = new Map<string, PartitionName>()

  /** Partitions read in this session. */
  get size(): number {
    return this.held.size
  }

  /** The offset the session reads the partition from, or -1. */
  offsetOf(name: string): number {
    return this.held.get(name)?.offset ?? -1
  }

  /** Reads a partition from a place from now on. */
  set(name: string, place: FetchPlace): void {
    this.held.set(name, place)
    this.changed.set(name, place)
    this.gone.delete(name)
  }

  /** Reads a partition no more. */
  remove(name: string): void {
    const place = this.held.get(name)
    if (place === undefined) return
    this.held.delete(name)
    this.changed.delete(name)
    this.gone.set(name, place)
  }

  /** The next request: everything for a new session, the changes for one that goes on. */
  next(): SessionRequest {
    const isNew = this.epoch === 0
    const request: SessionRequest = {
      sessionId: this.id,
      sessionEpoch: this.epoch,
      places: [...(isNew ? this.held : this.changed).values()],
      forgotten: isNew ? [] : [...this.gone.values()],
    }
    this.changed.clear()
    this.gone.clear()
    return request
  }

  /**
   * Kafka took the request. It may have no room for a session, and says so with 0: then each request is
   * complete.
   */
  accepted(sessionId: number): void {
    this.id = sessionId
    this.epoch = sessionId === 0 ? 0 : this.epoch === epochMax ? 1 : this.epoch + 1
  }

  /** Nobody knows what the broker remembers. `isGone`: it has told us that it remembers nothing. */
  reset(isGone: boolean): void {
    if (isGone) this.id = 0
    this.epoch = 0
  }
}
