// pure
/**
 * Headers of a publish that Iris itself gives a meaning to, so that they travel without being configured.
 */
import { routingKeyHeader } from '../filter/routing-key.js'

/** The version of what a message is about: subscriptions may leave out what is older than what they had. */
export const versionHeader = 'Version'

/** Those that filters look at and subscribers get. */
export const subscriberHeaders: readonly string[] = [routingKeyHeader, versionHeader]

/** Which message a chain of topics began with. */
export const originMessageIdHeader = 'Iris-Origin-Message-Id'
/** From how many topics to another it was forwarded so far. */
export const hopsHeader = 'Iris-Hops'

/** Proves to a frontend that those two come from the consumers of its installation; it ends there. */
export const forwardSealHeader = 'Iris-Forward-Seal'

/**
 * Those that a chain of topics is bounded by. Of a forwarded message they travel whatever an installation
 * says; of any other they never do, since who hands on the headers of a message sends another message.
 */
export const forwardingHeaders: readonly string[] = [originMessageIdHeader, hopsHeader]
