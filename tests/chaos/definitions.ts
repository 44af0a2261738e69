/**
 * The topics and subscriptions of a run, registered over REST as a user would.
 * Takes the plan and management's address. Refuses with management's own words.
 */
import type { PlannedSubscription, RunPlan } from './plan.js'

const requestMs = 15_000
const batchMs = 200
const batchBytes = 64_000
const owner = { source: 'Plaintext', id: 'chaos' }

/** Registers everything of `plan`; subscription number n is delivered to `<farm>/s/<n>`. */
export async function register(plan: RunPlan, management: string, farm: string): Promise<void> {
  const groups = new Set(plan.topics.map(each => each.name.slice(0, each.name.lastIndexOf('.'))))
  for (const groupName of groups) await post(`${management}/groups`, { groupName })
  for (const { name, ack } of plan.topics) {
    const retentionTime = { duration: 1, retentionUnit: 'DAYS' }
    await post(`${management}/topics`, {
      name,
      description: '',
      owner,
      retentionTime,
      contentType: 'JSON',
      ack,
    })
  }
  await Promise.all(
    plan.subscriptions.map((subscription, index) => {
      const topic = plan.topics[subscription.topic]?.name ?? ''
      const body = formOf(subscription, topic, `${farm}/s/${index}`)
      return post(`${management}/topics/${topic}/subscriptions`, body)
    }),
  )
}

function formOf(each: PlannedSubscription, topicName: string, endpoint: string): object {
  return {
    topicName,
    name: each.name,
    description: '',
    owner,
    endpoint,
    state: 'ACTIVE',
    ...(each.ordering === 'NONE' ? {} : { ordering: each.ordering }),
    deliveryType: each.deliveryType,
    subscriptionPolicy: policyOf(each),
  }
}

function policyOf({ deliveryType, rate, inflight, ttlMs, requestTimeoutMs }: PlannedSubscription): object {
  const common = {
    messageTtl: Math.round(ttlMs / 1000),
    messageBackoff: 100,
    requestTimeout: requestTimeoutMs,
  }
  return deliveryType === 'BATCH'
    ? { ...common, batchSize: inflight, batchTime: batchMs, batchVolume: batchBytes }
    : { ...common, rate, inflightSize: inflight }
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(requestMs),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`POST ${url} was answered ${answer.status}: ${text}`)
}
