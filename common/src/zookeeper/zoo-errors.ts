// pure
/**
 * What ZooKeeper answers when it does not do what was asked, and what we say when it does not answer.
 * Takes its numeric codes. Gives one class for each case that a caller can act on.
 */

/** ZooKeeper answered with an error. `code` is its own number. */
export class ZooError extends Error {
  override readonly name: string = 'ZooError'

  constructor(
    readonly code: number,
    readonly path: string,
    message: string,
  ) {
    super(message)
  }
}

/** The node, or for a creation its parent, is not there. */
export class NoNodeError extends ZooError {
  override readonly name = 'NoNodeError'
}

/** A node of that path is there already. */
export class NodeExistsError extends ZooError {
  override readonly name = 'NodeExistsError'
}

/** The node has changed since its version was read. */
export class BadVersionError extends ZooError {
  override readonly name = 'BadVersionError'
}

/** The node to be removed has children. */
export class NotEmptyError extends ZooError {
  override readonly name = 'NotEmptyError'
}

/** No answer within the request's time: ZooKeeper is away, slow, or more is asked than may wait. */
export class ZooUnavailableError extends Error {
  override readonly name = 'ZooUnavailableError'

  constructor(
    message: string,
    /** Whether a change was sent and may have been made. */
    readonly isOutcomeUnknown: boolean = false,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The session that a request was bound to is over, and its ephemeral nodes with it; nothing was sent. */
export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError'

  constructor(readonly sessionId: string) {
    super(`The ZooKeeper session ${sessionId} is over`)
  }
}

/**
 * The connection broke before the answer. Stays inside this folder: callers see {@link ZooUnavailableError}.
 */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
}

const codes = {
  connectionLoss: -4,
  noNode: -101,
  badVersion: -103,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
} as const

/** What the server's refusal means for the path it is about. */
export function zooError(code: number, path: string): Error {
  switch (code) {
    case codes.connectionLoss:
    case codes.sessionExpired:
      return new ConnectionLostError(`The connection to ZooKeeper ended before the answer about ${path}`)
    case codes.noNode:
      return new NoNodeError(code, path, `ZooKeeper has no node ${path}`)
    case codes.badVersion:
      return new BadVersionError(code, path, `${path} in ZooKeeper was changed by someone else`)
    case codes.nodeExists:
      return new NodeExistsError(code, path, `ZooKeeper has a node ${path} already`)
    case codes.notEmpty:
      return new NotEmptyError(code, path, `${path} in ZooKeeper has children`)
    default:
      return new ZooError(code, path, `ZooKeeper answered error ${code} about ${path}`)
  }
}
