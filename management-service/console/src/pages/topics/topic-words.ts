// pure
/**
 * The settings of a topic in words that need no manual.
 * Takes a topic. Gives what a person wants to know about it, the important first; what is as everywhere is
 * left out where its absence misleads nobody.
 */
import type { Shapes } from '../../api/client.js'
import { bytesOf, countOf, rateOf } from '../../ui/words.js'

export type Topic = Shapes['Topic']

/** A setting: what it is about, and how it is. */
export interface Setting {
  readonly about: string
  readonly words: string
}

/** The settings that a page shows. */
export function settingsOf(topic: Topic): readonly Setting[] {
  const { publishing, kind, idempotencyKeyRequired, subscribingRestricted, trackingEnabled } = topic
  return [
    ...(publishing?.blocked === true ? [told('Publishing', stoppedBecause(publishing.reason))] : []),
    told('Owner', ownerOf(topic)),
    told('Content', topic.contentType === 'AVRO' ? 'AVRO records of a schema' : 'JSON'),
    told('Messages are kept', keptOf(topic)),
    told('Publishers are answered', answeredOf(topic)),
    told('Largest message', bytesOf(topic.maxMessageSize)),
    told('Who may publish', publishersOf(topic)),
    ...(subscribingRestricted === true ? [told('Who may subscribe', 'owners of the topic only')] : []),
    ...(kind === 'COMMAND' ? [told('Kind', 'orders to one receiver: one subscription at most')] : []),
    ...(idempotencyKeyRequired === true ? [told('Idempotency-Key', 'required with each message')] : []),
    ...quotasOf(topic),
    ...(trackingEnabled === true ? [told('Tracking', 'each message')] : []),
    ...(isDisturbed(topic) ? [told('Disturbed on purpose', 'see “Chaos” in the settings')] : []),
  ]
}

/** `Shop team`, with its source where that is not free text. */
export function ownerOf({ owner }: Topic): string {
  const id = owner?.id ?? ''
  const source = owner?.source ?? 'Plaintext'
  return source === 'Plaintext' ? id : `${id} (${source})`
}

function told(about: string, words: string): Setting {
  return { about, words }
}

function stoppedBecause(reason: string | null | undefined): string {
  return reason ? `stopped by an operator: ${reason}` : 'stopped by an operator'
}

function keptOf({ retentionTime, compaction }: Topic): string {
  if (compaction === 'KEY') return 'the newest of each key, for ever'
  const count = retentionTime?.duration ?? 0
  const unit = (retentionTime?.retentionUnit ?? 'DAYS').toLowerCase()
  return `for ${countOf(count)} ${count === 1 ? unit.replace(/s$/, '') : unit}`
}

function answeredOf({ respondAsync }: Topic): string {
  if (respondAsync === 'ALWAYS') return "once the frontend's disk has the message"
  if (respondAsync === 'FALLBACK')
    return "once Kafka has the message, or the frontend's disk where Kafka is slow"
  return 'once Kafka has the message on all replicas in sync'
}

/** Who may publish: a name counts together with the role of a publisher in the group. */
export function publishersOf({ auth }: Pick<Topic, 'auth'>): string {
  if (auth?.enabled !== true) return 'anybody'
  const names = (auth.publishers ?? []).join(', ')
  const isOpen = auth.unauthenticatedAccessEnabled === true
  if (names === '') return isOpen ? 'only who does not say who they are' : 'nobody: no publisher is named'
  return isOpen ? `${names}, and who does not say who they are` : names
}

function quotasOf({ quotas }: Topic): readonly Setting[] {
  const limits = [
    ['Limit of messages', quotas?.messagesPerSecond, rateOf],
    ['Limit of bytes', quotas?.bytesPerSecond, perSecond],
    ['Limit of messages of each publisher', quotas?.publisherMessagesPerSecond, rateOf],
    ['Limit of bytes of each publisher', quotas?.publisherBytesPerSecond, perSecond],
  ] as const
  return limits.flatMap(([about, limit, wordsOf]) =>
    typeof limit === 'number' ? [told(about, limit === 0 ? 'none' : wordsOf(limit))] : [],
  )
}

function perSecond(bytes: number): string {
  return `${bytesOf(bytes)}/s`
}

function isDisturbed({ chaos }: Topic): boolean {
  return (chaos?.mode ?? 'DISABLED') !== 'DISABLED'
}
