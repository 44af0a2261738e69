// pure
/**
 * One thing with all its members, as a person reads it.
 * Takes a JSON object. Gives a line a member, nested ones as paths; what says nothing (null,
 * false, empty) is left out.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { harmless, type Paint } from './paint.js'
import { timeText } from './words.js'

/** The lines; names are padded to the longest. */
export function factLines(thing: JsonObject, paint: Paint): readonly string[] {
  const facts = [...flat(thing, '')]
  const width = Math.max(0, ...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${harmless(value)}`)
}

/** Hermes tells moments of definitions in seconds. */
export function withDates(thing: JsonObject): JsonObject {
  const seconds = Object.entries(thing).filter(([name]) => name === 'createdAt' || name === 'modifiedAt')
  return {
    ...thing,
    ...Object.fromEntries(seconds.map(([name, value]) => [name, timeText(Number(value) * 1_000)])),
  }
}

function* flat(thing: JsonObject, above: string): Generator<readonly [string, string]> {
  for (const [name, value] of Object.entries(thing)) {
    if (isJsonObject(value)) yield* flat(value, `${above}${name}.`)
    else if (!isSilent(value)) yield [above + name, typeof value === 'string' ? value : JSON.stringify(value)]
  }
}

function isSilent(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === '' ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  )
}
