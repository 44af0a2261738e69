/**
 * Who publishes over which connection.
 * Takes what is known of a message before its body. Gives its publisher. Promises: it is found out once a
 * connection and remembered with it, as long as its requests say the same of themselves; a name is remembered
 * only of credentials that were right, and asked only of topics that ask for one. Bound: headers of up to
 * `headerLettersMax` are remembered, so that an idle connection holds no more.
 */
import type { TopicGate } from '../access/topic-gate.js'
import { callerOf, type Sender } from '../publish/sender.js'
import { clientOf, named, saidToBe, type Publisher } from './publisher.js'

export interface CallerOptions {
  /** Lower-case name of the header by which a proxy says who publishes without an account; empty for none. */
  readonly publisherHeader: string
}

export interface Callers {
  /** `gate` is null where the topic has none, and where it takes the caller's credentials for wrong. */
  of(sender: Sender, gate: Pick<TopicGate, 'asksWho' | 'nameOf'> | null): Publisher
}

/** What is longer is looked at again for each message. */
const headerLettersMax = 512

/**
 * Who a connection has spoken for last. Credentials stand here as they came: to compare them costs a tenth of
 * a digest at most, and their connection could send them again.
 */
interface Remembered {
  readonly agent: string | undefined
  readonly said: string | undefined
  readonly nobody: Publisher
  authorization: string
  somebody: Publisher
}

/** Makes a memory of connections, which goes with them. */
export function createCallers({ publisherHeader }: CallerOptions): Callers {
  const connections = new WeakMap<object, Remembered>()
  return {
    of(sender, gate) {
      const { headers } = callerOf(sender)
      const { 'user-agent': agent, authorization } = headers
      const said = publisherHeader === '' ? undefined : oneOf(headers[publisherHeader])
      const { connection } = sender
      let known = connection === undefined ? undefined : connections.get(connection)
      if (known === undefined || known.agent !== agent || known.said !== said) {
        const nobody = saidToBe(said, sender.address, clientOf(agent))
        known = { agent, said, nobody, authorization: '', somebody: nobody }
        if (connection !== undefined && isShort(agent) && isShort(said)) connections.set(connection, known)
      }
      if (authorization === undefined || gate?.asksWho !== true) return known.nobody
      if (known.authorization === authorization) return known.somebody
      const name = gate.nameOf(sender)
      if (name === null) return known.nobody
      const somebody = named(name, known.nobody.client)
      if (isShort(authorization)) {
        known.authorization = authorization
        known.somebody = somebody
      }
      return somebody
    },
  }
}

function oneOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isShort(header: string | undefined): boolean {
  return header === undefined || header.length <= headerLettersMax
}
