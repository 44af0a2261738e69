/**
 * The JSON body of a refusal, as Hermes writes it.
 * Takes a refusal. Gives `{"message":…,"code":…}` with exactly these members in this order.
 */
import type { HermesError } from './hermes-error.js'

/** The error body as text. */
export function problemBody(error: HermesError): string {
  return JSON.stringify({ message: error.message, code: error.code })
}
