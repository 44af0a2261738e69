/**
 * Connections on their way from the primary to a worker.
 * Takes the channel to a worker. Gives a client whose worker dies before it took the connection a closed one:
 * Node forgets such a connection and leaves it open, so that its client would wait for as long as it likes.
 * Promises: what a worker has confirmed is that worker's alone. The words on the channel are Node's own and
 * not documented: where a later Node words them otherwise, things are as without this. Bound: one a worker.
 */

/** A connection that nobody has read from. */
interface Handle {
  close(): void
}

/** Node's words between a primary and its workers, as far as they are looked at. */
interface ClusterWord {
  readonly cmd?: string
  readonly act?: string
  /** Number of a word; the answer names it. */
  readonly seq?: number
  readonly ack?: number
}

/** A worker's process, as Node's cluster speaks with it. */
export interface HandOverChannel {
  send(word: unknown, handle?: unknown, ...more: unknown[]): boolean
  on(event: 'internalMessage', listener: (word: unknown) => void): unknown
  once(event: 'exit', listener: () => void): unknown
}

/** Watches the channel from now on. Gives how many connections are on their way. */
export function closeWhatNobodyTook(channel: HandOverChannel): () => number {
  const underWay = new Map<number, Handle>()
  const send = channel.send.bind(channel)
  channel.send = (word, handle, ...more) => {
    const { act, seq } = wordOf(word)
    if (act === 'newconn' && seq !== undefined && isHandle(handle)) underWay.set(seq, handle)
    return send(word, handle, ...more)
  }
  channel.on('internalMessage', word => {
    const { ack } = wordOf(word)
    if (ack !== undefined) underWay.delete(ack)
  })
  // A word that is still on its way then changes nothing: the worker's own end of the connection is gone.
  channel.once('exit', () => {
    for (const handle of underWay.values()) handle.close()
    underWay.clear()
  })
  return () => underWay.size
}

function wordOf(word: unknown): ClusterWord {
  const isNodes = typeof word === 'object' && word !== null && (word as ClusterWord).cmd === 'NODE_CLUSTER'
  return isNodes ? word : {}
}

function isHandle(handle: unknown): handle is Handle {
  return typeof (handle as Partial<Handle> | undefined)?.close === 'function'
}
