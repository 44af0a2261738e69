// pure
/**
 * What a trace cannot hold, and how to change that.
 * Takes what is tracked of a topic and its subscriptions. Gives sentences, none when all is traced.
 */
import type { TopicName } from '@iris/common/domain/names'
import type { TrackingMode } from '@iris/common/domain/subscription-form'

/** What of a topic is written down. */
export interface Tracking {
  readonly areTracesOn: boolean
  readonly topic: TopicName
  readonly isTopicTracked: boolean
  readonly subscriptions: readonly { readonly name: string; readonly trackingMode: TrackingMode }[]
}

/** More are counted, not named. */
const namedMax = 20

/** The sentences. */
export function trackingNotes({ areTracesOn, topic, isTopicTracked, subscriptions }: Tracking): string[] {
  if (!areTracesOn) {
    return ['Traces are switched off in this installation: set trace.enabled to true in all services.']
  }
  const withMode = (mode: TrackingMode): readonly string[] =>
    subscriptions.filter(each => each.trackingMode === mode).map(each => each.name)
  const trackAll = (names: readonly string[]): string => {
    const [name = '', ...others] = names
    const place = others.length === 0 ? name : '{subscription}'
    return `PUT /topics/${topic}/subscriptions/${place} with {"trackingMode":"trackingAll"}`
  }
  const off = withMode('trackingOff')
  const discards = withMode('discardedOnly')
  return [
    ...(isTopicTracked
      ? []
      : [
          `Publishing to ${topic} is not tracked, so whether and where Kafka holds a message is not known. ` +
            `For messages published from then on: PUT /topics/${topic} with {"trackingEnabled":true}.`,
        ]),
    ...(off.length === 0
      ? []
      : [`Deliveries are not tracked for ${namesOf(off)}. To track them: ${trackAll(off)}.`]),
    ...(discards.length === 0
      ? []
      : [
          `Only discarded messages are tracked for ${namesOf(discards)}. To track every step: ` +
            `${trackAll(discards)}.`,
        ]),
  ]
}

function namesOf(names: readonly string[]): string {
  if (names.length <= namedMax) return names.join(', ')
  return `${names.slice(0, namedMax).join(', ')} and ${names.length - namedMax} more`
}
