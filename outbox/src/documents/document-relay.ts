/**
 * The relay of documents that carry their messages.
 * Takes a store and where to publish. Gives its life: started, stopped.
 * Promises: what fails in the store is tried again with back-off; `stop` settles what is under way. There is
 * no lock: several relays are as safe as one, and publish in vain what another has published.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { PublishOptions } from '../publish.js'
import { startLife, type RelayLife } from '../relay/life.js'
import { createDocumentSource, type DocumentStore } from './document-source.js'

export interface DocumentRelayOptions extends PublishOptions {
  readonly pollMs: number
}

/** Starts it. */
export function startDocumentRelay(log: Log, store: DocumentStore, options: DocumentRelayOptions): RelayLife {
  const source = createDocumentSource(store)
  return startLife(log, options, ({ relay }) => relay(source))
}
