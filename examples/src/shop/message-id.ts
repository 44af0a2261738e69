// pure
/**
 * By what a message is known.
 * Takes the headers of a delivery. Gives the id, the same in every attempt; empty when it is not from Iris.
 */
import { headerOf, type RequestHeaders } from '@iris/receiver/delivery'

/** The id of the message. */
export function messageIdOf(headers: RequestHeaders): string {
  return headerOf(headers, 'hermes-message-id') ?? ''
}
