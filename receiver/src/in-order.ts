// pure
/**
 * Messages of one thing in the order of its versions, in whatever order they come.
 * Takes what is known so far and a change or a snapshot with its version. Gives what is known then.
 * Promises: a change is applied once, after all before it; what came too early is held until the gap is
 * filled; an older snapshot changes nothing. Bound: `heldMax` changes a thing.
 */

/** A change that waits for those before it. */
export interface Held<Change> {
  readonly version: number
  readonly change: Change
}

/** What is known of one thing. Plain data: it can be kept as JSON. */
export interface Progress<State, Change> {
  /** Of the last change or snapshot in `state`; 0 before the first. */
  readonly version: number
  readonly state: State
  /** By rising version, none of them the next. */
  readonly held: readonly Held<Change>[]
}

/** How changes make a state. */
export interface Rules<State, Change> {
  /** Gives the new state; called in the order of versions, once for each. */
  apply(state: State, change: Change): State
  readonly heldMax: number
}

/**
 * `applied`: it counts, perhaps with some that were held. `held`: kept until `progress.version + 1` comes.
 * `old`: known already. `full`: too many are held, and this one was not taken.
 */
export interface Step<State, Change> {
  readonly outcome: 'applied' | 'held' | 'old' | 'full'
  readonly progress: Progress<State, Change>
}

/** Where everything begins. */
export function startOf<State, Change>(state: State): Progress<State, Change> {
  return { version: 0, state, held: [] }
}

/** Takes a change that makes version `version` (1 is the first) out of the one before. */
export function takeChange<State, Change>(
  rules: Rules<State, Change>,
  progress: Progress<State, Change>,
  version: number,
  change: Change,
): Step<State, Change> {
  checkVersion(version)
  const { held } = progress
  if (version <= progress.version || held.some(each => each.version === version))
    return { outcome: 'old', progress }
  if (version === progress.version + 1) {
    const state = rules.apply(progress.state, change)
    return { outcome: 'applied', progress: released(rules, { ...progress, version, state }) }
  }
  if (held.length >= rules.heldMax) return { outcome: 'full', progress }
  const byVersion = [...held, { version, change }].sort((one, other) => one.version - other.version)
  return { outcome: 'held', progress: { ...progress, held: byVersion } }
}

/** Takes a whole state as of `version`: newer ones replace what is known, the others change nothing. */
export function takeSnapshot<State, Change>(
  rules: Rules<State, Change>,
  progress: Progress<State, Change>,
  version: number,
  state: State,
): Step<State, Change> {
  checkVersion(version)
  if (version <= progress.version) return { outcome: 'old', progress }
  return { outcome: 'applied', progress: released(rules, { ...progress, version, state }) }
}

/** Applies what was held and is next now; drops what a snapshot has overtaken. */
function released<State, Change>(
  rules: Rules<State, Change>,
  progress: Progress<State, Change>,
): Progress<State, Change> {
  let { version, state } = progress
  const held = progress.held.filter(each => each.version > version)
  while (held[0]?.version === version + 1) {
    state = rules.apply(state, held[0].change)
    version++
    held.shift()
  }
  return { version, state, held }
}

function checkVersion(version: number): void {
  if (!Number.isSafeInteger(version) || version < 1)
    throw new TypeError(`a version is a whole number from 1 on, not ${version}`)
}
