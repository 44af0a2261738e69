// pure
/**
 * Headers between the processes of an installation.
 */

/** Names the frontend that passed a request on. */
export const forwardedHeader = 'Iris-Forwarded'

/**
 * The token of the frontend that a request goes to: who shows it can read ZooKeeper, where each frontend's
 * stands in its node, and so is of the installation itself.
 */
export const frontendTokenHeader = 'Iris-Forwarded-Token'
