/**
 * A change of a definition that several callers may make at the same moment.
 * Takes how it is read and written, what the caller says about the version it read, its patch, and the
 * change. Gives what is stored then. Promises: no answered change is overwritten by one that did not know of
 * it. A change that meets another one is made anew over that; where it would undo it, it is refused with
 * `CONFLICT` and the difference. Bound: `triesMax` tries.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { HermesError } from '@iris/common/errors/hermes-error'
import type { Stored } from '../store/ports.js'
import { differencesBetween, differencesFrom, matches, overwritten, type Difference } from './versions.js'

/** How a kind of definition is read, shown and written. */
export interface Definition<T> {
  /** In words, such as `Topic acme.orders`. */
  readonly name: string
  /** Refuses where there is none. */
  read(): Promise<Stored<T>>
  /** What is stored, as it is patched. */
  json(value: T): JsonObject
  /** What is answered, secrets masked. */
  shown(value: T): JsonObject
  write(value: T, stored: Stored<T>): Promise<void>
  /** Whether the service itself, and no caller, made the one of the other. */
  isOwnStep?(before: T, after: T): boolean
  /** What the service itself made this of; null where it is as a caller left it. */
  beforeOwnStep?(value: T): T | null
}

/** What a caller wants. */
export interface WantedChange<T> {
  /** Its `If-Match`; null where it names no version. */
  readonly ifMatch: string | null
  /** Which members it sets. */
  readonly patch: JsonObject
  /** Gives what is to be stored, or null where nothing is to be written. */
  change(stored: T): Promise<T | null>
}

const triesMax = 20
const shownMax = 10
const valueLettersMax = 100

/** Changes and writes. `start` is what was there when the request came, where that was read before. */
export async function writeChanged<T>(
  definition: Definition<T>,
  wanted: WantedChange<T>,
  start?: Stored<T>,
): Promise<T> {
  const first = start ?? (await definition.read())
  let stored = start === undefined ? first : await definition.read()
  for (let tries = 1; ; tries++) {
    checkMatch(definition, wanted.ifMatch, stored)
    checkUntouched(definition, { first, stored }, wanted.patch)
    const changed = await wanted.change(stored.value)
    if (changed === null) return stored.value
    try {
      await definition.write(changed, stored)
      return changed
    } catch (error) {
      if (!isConflict(error) || tries >= triesMax) throw error
      stored = await definition.read()
    }
  }
}

/** Refuses with `CONFLICT` and the difference where `ifMatch` names another version than the present one. */
export function checkMatch<T>(
  definition: Pick<Definition<T>, 'name' | 'shown' | 'beforeOwnStep'>,
  ifMatch: string | null,
  { value, version }: Stored<T>,
): void {
  if (ifMatch === null) return
  const present = { shown: definition.shown(value), version }
  if (matches(ifMatch, present)) return
  const before = definition.beforeOwnStep?.(value) ?? null
  if (before !== null && matches(ifMatch, { shown: definition.shown(before), version: version - 1 })) return
  throw conflict(definition.name, differencesFrom(ifMatch, present))
}

/** Somebody changed what the patch sets, after the request had come and before its turn. */
function checkUntouched<T>(
  definition: Definition<T>,
  { first, stored }: { readonly first: Stored<T>; readonly stored: Stored<T> },
  patch: JsonObject,
): void {
  if (first.version === stored.version) return
  if (definition.isOwnStep?.(first.value, stored.value) === true) return
  const differences = differencesBetween(definition.json(first.value), definition.json(stored.value))
  const undone = overwritten(differences, patch, definition.json(stored.value))
  if (undone.length === 0) return
  // Told as they are shown: a secret that differs is told by its name, not by its value.
  const shown = differencesBetween(definition.shown(first.value), definition.shown(stored.value))
  const told = undone.map(
    ({ member }) => shown.find(each => each.member === member) ?? { member, present: 'another secret' },
  )
  throw conflict(definition.name, told)
}

function conflict(name: string, differences: readonly Difference[]): HermesError {
  const what = differences.slice(0, shownMax).map(sentence).join('; ')
  const more = differences.length > shownMax ? `; and ${differences.length - shownMax} more` : ''
  const none = 'nothing that is shown differs: it was written anew, or a secret was changed'
  const problem = `${name} was changed since it was read: ${what === '' ? none : what + more}`
  return new HermesError(
    'CONFLICT',
    problem,
    undefined,
    {},
    {
      fix: 'Read it again, and repeat your change over what is there now',
      difference: differences.map(({ member, read, present }) => ({
        member,
        ...(read === undefined ? {} : { read }),
        present: present ?? null,
      })),
    },
  )
}

function sentence({ member, read, present }: Difference): string {
  const was = read === undefined ? '' : ` was ${text(read)} and`
  return present === undefined ? `${member}${was} is not there` : `${member}${was} is ${text(present)} now`
}

function text(value: unknown): string {
  const json = JSON.stringify(value)
  return json.length <= valueLettersMax ? json : `${json.slice(0, valueLettersMax)}…`
}

function isConflict(error: unknown): boolean {
  return error instanceof HermesError && error.code === 'CONFLICT'
}
