/**
 * A read model fed by events: one state a key, kept in a store.
 * Takes versioned changes and snapshots of keys. Gives the state, and for each event how it was taken.
 * Promises: what is held back lies in the store before the event is accepted, so a restart loses nothing.
 */
import { startOf, takeChange, takeSnapshot, type Progress, type Step } from './in-order.js'
import { accept, retryLater, type Verdict } from './verdict.js'

/** Where projections are kept. */
export interface ProgressStore<State, Change> {
  read(key: string): Promise<Progress<State, Change> | null>
  /** Reads, steps and writes as one: no other update of the key comes in between. */
  update(
    key: string,
    step: (progress: Progress<State, Change> | null) => Step<State, Change>,
  ): Promise<Step<State, Change>>
}

export interface ProjectionOptions<State, Change> {
  /** The state before the first change. */
  readonly initial: State
  apply(state: State, change: Change): State
  /** Changes that may wait for one before them, a key; 100 when left out. */
  readonly heldMax?: number
}

/** A projection. */
export interface Projection<State, Change> {
  /** Null before the first event of the key. */
  read(key: string): Promise<Progress<State, Change> | null>
  change(key: string, version: number, change: Change): Promise<Step<State, Change>>
  snapshot(key: string, version: number, state: State): Promise<Step<State, Change>>
}

const heldMaxDefault = 100
const fullSeconds = 10

/** Makes a projection over a store. */
export function inOrder<State, Change>(
  store: ProgressStore<State, Change>,
  options: ProjectionOptions<State, Change>,
): Projection<State, Change> {
  const { initial, heldMax = heldMaxDefault } = options
  const rules = { apply: options.apply, heldMax }
  const known = (progress: Progress<State, Change> | null): Progress<State, Change> =>
    progress ?? startOf(initial)
  return {
    read: key => store.read(key),
    change: (key, version, change) =>
      store.update(key, progress => takeChange(rules, known(progress), version, change)),
    snapshot: (key, version, state) =>
      store.update(key, progress => takeSnapshot(rules, known(progress), version, state)),
  }
}

/** What to answer: held is accepted, for it is kept; only what did not fit comes again. */
export function verdictOf({ outcome }: Step<unknown, unknown>): Verdict {
  return outcome === 'full' ? retryLater({ seconds: fullSeconds, isMessageOnly: true }) : accept()
}
