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

/** Those that a chain of topics is bounded by: they travel whatever an installation says. */
export const forwardingHeaders: readonly string[] = [originMessageIdHeader, hopsHeader]
