// pure
/**
 * Paths into Avro records, as Hermes' `avropath` filters have them: `.order.lines[*].sku`.
 * Takes a text once, then records in their JSON form. Gives a check of the texts that the path leads to.
 * Rules, unlike those of JSON paths: what is missing or null at the end of the path is the text `null`; a
 * path that goes on behind it leads to nothing; unions need no notation, a map's key is a segment.
 */
import type { Check, InspectedMessage, Strategy } from './checks.js'
import { avroTextOf, textOf } from './java-text.js'
import { kind, type JsonDocument } from './json-document.js'
import type { Matcher } from './matcher.js'
import { pathLengthMax, pathStepsMax, type TextProblem } from './path-grammar.js'

/** A field or key, then perhaps an item of what stands there. */
export interface AvroPathStep {
  readonly name: string
  /** An index, all items, or the value as a whole. */
  readonly item: number | 'all' | null
}

/** What values a path leads to have come to. `none`: there were none. */
type Word = 'none' | 'yes' | 'no'

const segmentShape = /^([^[\]]+)(?:\[(\*|\d{1,9})\])?$/
const missing = -1
/** Measured for JSON paths: a text is made in the time of three or four steps. */
const stepsPerText = 4

/** Reads a path. */
export function parseAvroPath(text: string): readonly AvroPathStep[] | TextProblem {
  if (text.length > pathLengthMax) return { problem: `is longer than ${pathLengthMax} characters`, at: 0 }
  const trimmed = text.replace(/^\.+|\.+$/g, '')
  if (trimmed === '') return { problem: 'is empty', at: 0 }
  const segments = trimmed.split('.')
  if (segments.length > pathStepsMax) return { problem: `has more than ${pathStepsMax} steps`, at: 0 }
  const steps: AvroPathStep[] = []
  let at = text.indexOf(trimmed)
  for (const segment of segments) {
    const match = segmentShape.exec(segment)
    if (match === null) return { problem: 'needs a name, perhaps with [3] or [*] behind it', at }
    const [, name = '', item] = match
    steps.push({ name, item: item === undefined ? null : item === '*' ? 'all' : Number(item) })
    at += segment.length + 1
  }
  return steps
}

/** The texts at a path match. */
export function avroTextsCheck(steps: readonly AvroPathStep[], strategy: Strategy, matcher: Matcher): Check {
  const ending: Word = strategy === 'all' ? 'no' : 'yes'

  const judgeText = (message: InspectedMessage, text: string): Word => {
    message.effort.spend(stepsPerText + (text.length >> 3))
    return matcher.matches(text, message.effort) ? 'yes' : 'no'
  }
  /** What is not there is a text at the end of the path, and nothing before it. */
  const judgeMissing = (message: InspectedMessage, step: number): Word =>
    step === steps.length - 1 ? judgeText(message, 'null') : 'none'

  const judge = (message: InspectedMessage, value: number, step: number): Word => {
    const document = message.document()
    const wanted = steps[step]
    if (wanted === undefined) return judgeText(message, avroTextOf(document, value))
    if (document.kinds[value] !== kind.object) return 'none'
    const member = memberOf(message, document, value, wanted.name)
    if (wanted.item === null)
      return member === missing ? judgeMissing(message, step) : judge(message, member, step + 1)
    if (member === missing || document.kinds[member] !== kind.array) return 'none'
    if (wanted.item === 'all') return judgeAll(message, document, member, step)
    const item = itemOf(message, document, member, wanted.item)
    return item === missing ? judgeMissing(message, step) : judge(message, item, step + 1)
  }
  const judgeAll = (message: InspectedMessage, document: JsonDocument, array: number, step: number): Word => {
    const end = document.nexts[array] ?? 0
    let word: Word = 'none'
    for (let item = array + 1; item < end; item = document.nexts[item] ?? end) {
      message.effort.spend(1)
      const next = judge(message, item, step + 1)
      if (next === ending) return next
      if (next !== 'none') word = next
    }
    return word
  }
  return message => {
    message.document()
    return judge(message, 0, 0) === 'yes'
  }
}

function memberOf(
  { effort }: InspectedMessage,
  document: JsonDocument,
  object: number,
  wanted: string,
): number {
  const { nexts } = document
  const end = nexts[object] ?? 0
  let member = missing
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) {
    effort.spend(1)
    if (textOf(document, name) === wanted) member = name + 1
  }
  return member
}

function itemOf({ effort }: InspectedMessage, document: JsonDocument, array: number, index: number): number {
  const { nexts } = document
  const end = nexts[array] ?? 0
  let item = array + 1
  for (let left = index; left > 0 && item < end; left--) {
    effort.spend(1)
    item = nexts[item] ?? end
  }
  return item < end ? item : missing
}
