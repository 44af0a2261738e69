// pure
/**
 * The search for the values that a path leads to.
 * Takes a document, the steps of a path and who is told of each value. Gives them in the order of the text.
 * Promises: counts every value that it looks at; a path that does not fit the document finds nothing.
 */
import type { Effort } from './effort.js'
import { textOf } from './java-text.js'
import { kind, type JsonDocument } from './json-document.js'
import type { PathStep } from './path-grammar.js'

/** Told of each value; gives whether to go on. */
export type Found = (value: number) => boolean

/** Finds the values of a path; gives whether it went to the end. */
export type PathSearch = (steps: readonly PathStep[], found: Found) => boolean

type NameStep = PathStep & { readonly kind: 'name' }

const none = -1

/** Makes the search in whatever the document holds at the time. */
export function createPathSearch(document: JsonDocument, effort: Effort): PathSearch {
  let steps: readonly PathStep[] = []
  let tell: Found = () => true

  const from = (value: number, stepIndex: number): boolean => {
    const step = steps[stepIndex]
    if (step === undefined) return tell(value)
    if (!step.isDeep) return take(value, step, stepIndex)
    // All that is inside a value stands between it and the next.
    const end = nextOf(value)
    for (let inner = value; inner < end; inner++) {
      effort.spend(1)
      if (!take(inner, step, stepIndex)) return false
    }
    return true
  }

  const take = (value: number, step: PathStep, stepIndex: number): boolean => {
    const kindOfValue = document.kinds[value]
    if (kindOfValue === kind.object) {
      if (step.kind === 'all') return each(value, 1, stepIndex)
      return step.kind !== 'name' || fromChild(memberOf(value, step), stepIndex)
    }
    if (kindOfValue !== kind.array || step.kind === 'name') return true
    return step.kind === 'all' ? each(value, 0, stepIndex) : fromChild(itemOf(value, step.index), stepIndex)
  }

  const fromChild = (child: number, stepIndex: number): boolean =>
    child === none || from(child, stepIndex + 1)

  /** Goes on from each member, behind its name, or from each item. */
  const each = (container: number, namesBefore: 0 | 1, stepIndex: number): boolean => {
    const end = nextOf(container)
    for (let at = container + 1; at < end; at = nextOf(at + namesBefore)) {
      effort.spend(1)
      if (!from(at + namesBefore, stepIndex + 1)) return false
    }
    return true
  }

  /** Of members with one name the last counts, as in every parser that makes objects. */
  const memberOf = (object: number, step: NameStep): number => {
    const end = nextOf(object)
    let member = none
    for (let name = object + 1; name < end; name = nextOf(name + 1)) {
      effort.spend(1)
      if (isNamed(name, step)) member = name + 1
    }
    return member
  }

  const isNamed = (name: number, { name: wanted, bytes }: NameStep): boolean => {
    const start = (document.starts[name] ?? 0) + 1
    const length = (document.ends[name] ?? 0) - 1 - start
    if (document.kinds[name] === kind.escapedText) {
      effort.spend(length >> 3)
      return textOf(document, name) === wanted
    }
    if (length !== bytes.length) return false
    for (let index = 0; index < length; index++)
      if (document.bytes[start + index] !== bytes[index]) return false
    return true
  }

  /** A negative index counts from the end. */
  const itemOf = (array: number, index: number): number => {
    const wanted = index < 0 ? index + lengthOf(array) : index
    if (wanted < 0) return none
    const end = nextOf(array)
    let item = array + 1
    for (let left = wanted; left > 0 && item < end; left--) {
      effort.spend(1)
      item = nextOf(item)
    }
    return item < end ? item : none
  }

  const lengthOf = (array: number): number => {
    const end = nextOf(array)
    let length = 0
    for (let item = array + 1; item < end; item = nextOf(item)) {
      effort.spend(1)
      length++
    }
    return length
  }

  const nextOf = (value: number): number => document.nexts[value] ?? Infinity

  return (path, found) => {
    steps = path
    tell = found
    return from(0, 0)
  }
}
