/**
 * Deliveries as Iris signs them, by the official library of the standard.
 * Takes a key, an id and a body. Gives header lines. Promises: nothing here is of our own making.
 */
import { Webhook } from 'standardwebhooks'

/** Two keys. */
export const keys = [
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
] as const

/** The headers of a signed delivery. */
export function signedHeaders(
  body: string,
  { id = 'm1', key = keys[0], atMs = Date.now() } = {},
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'hermes-message-id': id,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(atMs / 1000)),
    'webhook-signature': new Webhook(key).sign(id, new Date(atMs), body),
  }
}
