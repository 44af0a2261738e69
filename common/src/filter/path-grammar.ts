// pure
/**
 * The grammar of JSON paths.
 * Takes a text such as `$.items[*].price`. Gives its steps: a name, an index or all of them, each perhaps at
 * any depth. Refuses, with the place, what is not in this grammar: expressions and scripts are never
 * evaluated, and slices, lists of names and functions are left out.
 */

/** One step of a path. `isDeep`: taken from the value and from everything inside it. */
export type PathStep = { readonly isDeep: boolean } & PathTarget

type PathTarget =
  | { readonly kind: 'name'; readonly name: string; readonly bytes: Buffer }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }

/** What is wrong with a text, and at which of its characters. */
export interface TextProblem {
  readonly problem: string
  readonly at: number
}

/** The longest path, in characters. */
export const pathLengthMax = 1_024
/** The most steps of a path. */
export const pathStepsMax = 32
/** How many steps may be taken at any depth: each more multiplies what there is to look at. */
export const deepStepsMax = 3

const indexDigitsMax = 9

/** Reads a path. Without `$` in front, `$.` is put there, as the library below Hermes does. */
export function parsePath(text: string): readonly PathStep[] | TextProblem {
  if (text.length > pathLengthMax) return { problem: `is longer than ${pathLengthMax} characters`, at: 0 }
  const trimmed = text.trim()
  if (trimmed === '') return { problem: 'is empty', at: 0 }
  if (trimmed === '$') return []
  const isRooted = trimmed.startsWith('$')
  const reader = createReader(isRooted ? trimmed.slice(1) : `.${trimmed}`)
  const shift = text.indexOf(trimmed) + (isRooted ? 1 : -1)
  const steps: PathStep[] = []
  while (reader.hasMore()) {
    const at = reader.place()
    const step = reader.step()
    if ('problem' in step) return { problem: step.problem, at: Math.max(0, step.at + shift) }
    steps.push(step)
    if (steps.length > pathStepsMax)
      return { problem: `has more than ${pathStepsMax} steps`, at: Math.max(0, at + shift) }
  }
  if (steps.filter(step => step.isDeep).length <= deepStepsMax) return steps
  return { problem: `has more than ${deepStepsMax} times ..`, at: 0 }
}

interface PathReader {
  hasMore(): boolean
  place(): number
  step(): PathStep | TextProblem
}

function createReader(text: string): PathReader {
  let at = 0
  const wrong = (problem: string, place = at): TextProblem => ({ problem, at: place })
  const skipSpace = (): void => {
    while (/\s/.test(text[at] ?? 'x')) at++
  }

  const bareName = (): PathTarget | TextProblem => {
    const start = at
    while (at < text.length && !/[\s.[(]/.test(text[at] ?? '')) at++
    if (text[at] === '(') return wrong('has a function, which is not supported', start)
    if (/\s/.test(text[at] ?? 'x')) return wrong("has a blank in a name; write ['my name'] instead")
    if (at === start) return wrong('has a dot without a name after it')
    return nameTarget(text.slice(start, at))
  }
  const bracket = (): PathTarget | TextProblem => {
    at++
    skipSpace()
    const target = bracketTarget(text[at] ?? '')
    if ('problem' in target) return target
    skipSpace()
    if (text[at] === ',') return wrong('has a list in brackets, which is not supported')
    if (text[at] === ':') return wrong('has a slice, which is not supported')
    if (text[at] !== ']') return wrong('has no ] where one is needed')
    at++
    return target
  }
  const bracketTarget = (first: string): PathTarget | TextProblem => {
    if (first === '*') {
      at++
      return { kind: 'all' }
    }
    if (first === "'" || first === '"') return quotedName(first)
    if (first === '?' || first === '(') return wrong('has an expression, which is never evaluated')
    const number = /^-?\d+/.exec(text.slice(at))?.[0] ?? ''
    if (number === '') return wrong(first === ':' ? 'has a slice, which is not supported' : wantedInBracket)
    if (number.length > indexDigitsMax) return wrong(`has an index of more than ${indexDigitsMax} digits`)
    at += number.length
    return { kind: 'index', index: Number(number) }
  }
  const quotedName = (quote: string): PathTarget | TextProblem => {
    const start = at
    let name = ''
    for (at++; text[at] !== quote; at++) {
      if (at >= text.length) return wrong('has a name without a closing quote', start)
      name += text[at] === '\\' ? escape() : (text[at] ?? '')
    }
    at++
    return nameTarget(name)
  }
  /** Takes the character after a backslash, and leaves the place at the last one of the escape. */
  const escape = (): string => {
    const hex = /^u[0-9a-fA-F]{4}/.exec(text.slice(at + 1))?.[0]
    at += hex === undefined ? 1 : hex.length
    return hex === undefined ? unescaped(text[at] ?? '') : String.fromCharCode(parseInt(hex.slice(1), 16))
  }
  const target = (): PathTarget | TextProblem => {
    if (text[at] === '[') return bracket()
    if (text[at] !== '*') return bareName()
    at++
    return { kind: 'all' }
  }

  return {
    hasMore: () => at < text.length,
    place: () => at,
    step() {
      if (text[at] !== '.' && text[at] !== '[') return wrong('has neither a dot nor a [ here')
      const isDeep = text.startsWith('..', at)
      if (isDeep) at += 2
      else if (text[at] === '.') at++
      const found = target()
      return 'problem' in found ? found : { isDeep, ...found }
    },
  }
}

const wantedInBracket = 'needs a name in quotes, an index or * between its brackets'

function nameTarget(name: string): PathTarget {
  return { kind: 'name', name, bytes: Buffer.from(name, 'utf8') }
}

function unescaped(letter: string): string {
  return { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[letter] ?? letter
}
