// pure
/**
 * The header by which a message is routed, as the routing key of AMQP 0-9-1.
 * A message always has a key there; here it is the empty one where the header is missing.
 */

export const routingKeyHeader = 'Routing-Key'

/** What stands for a header that is missing; null where nothing does. */
export function absentTextOf(header: string): string | null {
  return header.toLowerCase() === routingKeyHeader.toLowerCase() ? '' : null
}
