// pure
/**
 * What a broker speaks.
 * Takes the answer to ApiVersions. Gives, for a call, nothing or the sentence why it cannot be made.
 * Our versions are fixed, all before the flexible encoding, and spoken by Kafka 2.4 to 4.x.
 */
import { failOn } from './kafka-error.js'
import type { WireReader } from './wire.js'

export const apiVersionsKey = 18
export const apiVersionsVersion = 2

/** The versions of each API a broker takes. */
export type SpokenVersions = ReadonlyMap<number, { readonly lowest: number; readonly highest: number }>

/** Reads the answer to ApiVersions version 2. */
export function decodeApiVersions(answer: WireReader): SpokenVersions {
  failOn(answer.int16())
  const rows = answer.array(
    () => [answer.int16(), { lowest: answer.int16(), highest: answer.int16() }] as const,
  )
  return new Map(rows)
}

/** Why `broker` cannot take the call, or null when it can. */
export function mismatch(
  broker: string,
  spoken: SpokenVersions,
  call: { readonly apiKey: number; readonly apiVersion: number; readonly apiName: string },
): string | null {
  const range = spoken.get(call.apiKey)
  if (range === undefined) return `Kafka broker ${broker} does not know ${call.apiName}`
  if (call.apiVersion >= range.lowest && call.apiVersion <= range.highest) return null
  return (
    `Kafka broker ${broker} speaks ${call.apiName} versions ${range.lowest} to ${range.highest}; ` +
    `Iris needs version ${call.apiVersion} (Kafka 2.4 to 4.x)`
  )
}
