// pure
/**
 * The rows that a relay holds, in lanes: what has a key goes one after the other, everything else at once.
 * Takes rows as read and what became of each. Gives the next lane to send and the rows to settle.
 * Promises: the row behind another of its lane is not given before that one was sent; a lane that waits or
 * fails holds its first row only, and any other `laneRowsMax`, so that none takes the room of all.
 */
import type { FailedRow, OutboxRow } from './source.js'

/** A lane, as it is handed out for sending. Only {@link Lanes} changes it. */
export interface Lane {
  readonly name: string
  /** In the order of the source; the first is the one to send. */
  rows: OutboxRow[]
  state: 'ready' | 'sending' | 'waiting' | 'failing'
  /** Failed tries of the first row. */
  tries: number
}

/** Rows held of one lane: a busy key is to take no room from others. */
export const laneRowsMax = 50

const isBlocked = ({ state, rows }: Lane): boolean =>
  state === 'waiting' || state === 'failing' || rows.length >= laneRowsMax

/** All lanes of one relay. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #ready = new Set<Lane>()
  /** Sent or failed, and the source does not know it yet. */
  readonly #sent = new Map<string, OutboxRow>()
  readonly #failed = new Map<string, FailedRow & { readonly lane: Lane }>()
  /** Lanes that gave rows back since the last read began: what that read brings would leave a gap. */
  readonly #gapped = new Set<string>()

  /** Rows held, settled ones included until the source knows. */
  get rowCount(): number {
    let count = this.#sent.size
    for (const { rows } of this.#lanes.values()) count += rows.length
    return count
  }

  /** Lanes that wait for their next try. */
  get waitingCount(): number {
    return [...this.#lanes.values()].filter(({ state }) => state === 'waiting').length
  }

  /** Takes rows that were read; those of lanes that want none will be read again. */
  add(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      const name = row.lane === null ? `row ${row.id}` : `lane ${row.lane}`
      if (this.#gapped.has(name)) continue
      const lane = this.#lanes.get(name) ?? this.#open(name)
      if (isBlocked(lane)) continue
      lane.rows.push(row)
    }
  }

  #open(name: string): Lane {
    const lane: Lane = { name, rows: [], state: 'ready', tries: 0 }
    this.#lanes.set(name, lane)
    this.#ready.add(lane)
    return lane
  }

  /** The lane that has been ready for longest; it is the caller's until it says what became of it. */
  next(): Lane | null {
    const [lane] = this.#ready
    if (lane === undefined) return null
    this.#ready.delete(lane)
    lane.state = 'sending'
    return lane
  }

  /** Its first row is in Iris. */
  sent(lane: Lane): void {
    const row = lane.rows.shift()
    if (row === undefined) return
    this.#sent.set(row.id, row)
    lane.tries = 0
    if (lane.rows.length === 0) this.#lanes.delete(lane.name)
    else this.#makeReady(lane)
  }

  /** Its first row is to be tried again, once `resume` is called. */
  wait(lane: Lane): void {
    lane.state = 'waiting'
    lane.tries++
    this.#keepFirst(lane)
  }

  /** Ends a wait. */
  resume(lane: Lane): void {
    if (lane.state !== 'waiting') return
    this.#makeReady(lane)
  }

  /** Its first row will never be taken. */
  fail(lane: Lane, reason: string): void {
    const [row] = lane.rows
    if (row === undefined) return
    lane.state = 'failing'
    this.#keepFirst(lane)
    this.#failed.set(row.id, { row, reason, lane })
  }

  #makeReady(lane: Lane): void {
    lane.state = 'ready'
    this.#ready.add(lane)
  }

  #keepFirst(lane: Lane): void {
    this.#gapped.add(lane.name)
    lane.rows.length = 1
  }

  /** What the source is to be told. */
  unsettled(): { readonly sent: readonly OutboxRow[]; readonly failed: readonly FailedRow[] } {
    return { sent: [...this.#sent.values()], failed: [...this.#failed.values()] }
  }

  /** The source knows these. */
  settled(rows: readonly OutboxRow[]): void {
    for (const { id } of rows) {
      this.#sent.delete(id)
      const failed = this.#failed.get(id)
      if (failed === undefined) continue
      this.#failed.delete(id)
      this.#lanes.delete(failed.lane.name)
    }
  }

  /** Asked when a read begins: ids of all rows held, and the first rows of lanes that want no more now. */
  beginRead(): { readonly known: readonly string[]; readonly blocked: readonly OutboxRow[] } {
    this.#gapped.clear()
    const lanes = [...this.#lanes.values()]
    return {
      known: [...lanes.flatMap(lane => lane.rows.map(row => row.id)), ...this.#sent.keys()],
      blocked: lanes.filter(isBlocked).flatMap(lane => lane.rows.slice(0, 1)),
    }
  }
}
