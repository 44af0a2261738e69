/**
 * What a service says to Iris: topics, subscriptions, events, replay, lag.
 * Takes the REST calls. Gives the few that the examples share.
 * Promises: what exists already is used; whatever else is not 2xx is thrown with Iris' own words.
 */
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { existed, localOwner, succeeded, type ApiForm, type IrisApi } from '@iris/local-stack/iris-api'

const pollMs = 100
const untilMs = 20_000
const beginning = '1970-01-01T00:00:00Z'

/** Makes the topic, and its group, unless they are there. */
export async function ensureTopic(api: IrisApi, name: string, description: string): Promise<void> {
  const groupName = name.slice(0, name.lastIndexOf('.'))
  const group = await api.createGroup(groupName)
  if (!existed(group)) succeeded(`Group ${groupName}`, group)
  const retentionTime = { duration: 1, retentionUnit: 'DAYS' }
  const form = { name, description, owner: localOwner, contentType: 'JSON', ack: 'ALL', retentionTime }
  const topic = await api.createTopic(form)
  if (!existed(topic)) succeeded(`Topic ${name}`, topic)
}

/** Makes the subscription; one that is there gets this endpoint and these settings. */
export async function ensureSubscription(
  api: IrisApi,
  topicName: string,
  name: string,
  settings: ApiForm & { readonly endpoint: string },
): Promise<void> {
  const form = { description: 'Of an example', owner: localOwner, ...settings }
  const made = await api.createSubscription({ topicName, name, ...form })
  if (existed(made)) succeeded(`Settings of ${name}`, await api.updateSubscription(topicName, name, form))
  else succeeded(`Subscription ${name} of ${topicName}`, made)
}

/** An event to publish. */
export interface Event {
  readonly topic: string
  /** Events of one key come to one partition, in order. */
  readonly key: string
  readonly body: unknown
}

/** Publishes, once, and gives the id under which Kafka has it. */
export async function publishEvent(api: IrisApi, event: Event): Promise<string> {
  const answer = await api.publish({
    topic: event.topic,
    body: JSON.stringify(event.body),
    headers: { 'Partition-Key': event.key },
  })
  return succeeded(`Publishing to ${event.topic}`, answer).headers.get('hermes-message-id') ?? ''
}

/** Sends a subscription all that its topic still holds, and resolves when it has taken everything. */
export async function replayFromBeginning(api: IrisApi, topic: string, name: string): Promise<void> {
  const path = `/topics/${topic}/subscriptions/${name}`
  // A new one is PENDING until a consumer has taken it.
  await until(async () => (await api.manage('GET', `${path}/state`)).text === '"ACTIVE"')
  const body = { retransmissionDate: beginning }
  succeeded(`Replay of ${topic}`, await api.manage('PUT', `${path}/retransmission`, body))
  await until(async () => (await lagOf(api, topic, name)) === 0)
}

/** Messages that Kafka holds and the subscription has not settled; -1 when Kafka does not answer. */
export async function lagOf(api: IrisApi, topic: string, name: string): Promise<number> {
  const answer = await api.manage('GET', `/topics/${topic}/subscriptions/${name}/metrics`)
  const { lag } = JSON.parse(succeeded(`Metrics of ${name}`, answer).text) as { readonly lag: string }
  return Number(lag)
}

/** Asks until it is so; false when it is not so after a while. */
export async function until(isSo: () => boolean | Promise<boolean>, withinMs = untilMs): Promise<boolean> {
  const endMs = systemClock.monotonic() + withinMs
  while (!(await isSo())) {
    if (systemClock.monotonic() > endMs) return false
    await sleep(systemScheduler, pollMs)
  }
  return true
}
