// pure
/**
 * Small rules of Hermes' JSON answers: no null members, times in seconds with a fraction.
 */
import type { JsonObject } from './json-shapes.js'

/** The object without its null members. */
export function withoutNullMembers(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

/** Milliseconds since the epoch as seconds with a fraction. */
export function secondsOf(timeMs: number): number {
  return timeMs / 1000
}
