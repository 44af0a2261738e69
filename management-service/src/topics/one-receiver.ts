/**
 * The rule of a topic for commands: exactly one subscription gets its messages.
 * Takes the topic and, where one is about to be made, its name. Refuses a second one.
 */
import type { SubscriptionName } from '@iris/common/domain/names'
import type { Topic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'
import type { SubscriptionStore } from '../store/ports.js'

const namedMax = 10

/** Refuses where the topic would have more subscriptions than its kind allows. */
export async function checkOneReceiver(
  store: Pick<SubscriptionStore, 'subscriptions'>,
  { name: topic, kind }: Topic,
  made: SubscriptionName | null = null,
): Promise<void> {
  if (kind !== 'COMMAND') return
  const names = (await store.subscriptions(topic)) ?? []
  const present = names.filter(name => name !== made)
  if (present.length + (made === null ? 0 : 1) <= 1) return
  const more = present.length > namedMax ? ` and ${present.length - namedMax} more` : ''
  const subscriptions = present.slice(0, namedMax).join(', ') + more
  throw refusal('COMMAND_TOPIC_TAKEN', { topic, subscriptions })
}
