/**
 * The first message of a newcomer: published, kept, delivered.
 * Takes a running stack. Gives what was sent and how long both ways took.
 * Promises: makes the demo group, topic and subscription where they are missing; leaves all others alone.
 */
import { systemClock } from '@iris/common/time/clock'
import { createIrisApi, existed, localOwner, succeeded, type ApiAnswer, type IrisApi } from './iris-api.js'
import { LocalStackError } from './local-stack-error.js'
import type { Stack } from './stack.js'

/** Where the demo publishes. */
export const demoTopic = 'demo.events'

const demoGroup = 'demo'
const demoSubscription = 'inbox'
const arrivalMs = 20_000

/** A message that went from publisher to subscriber. */
export interface RoundTrip {
  readonly body: string
  readonly messageId: string
  /** From the request to Kafka's acknowledgement. */
  readonly storedMs: number
  /** From the request to the subscriber. */
  readonly deliveredMs: number
}

/** Makes what is missing, sends a message and waits until the inbox has it; gives the second of two. */
export async function runDemo(stack: Stack): Promise<RoundTrip> {
  const api = createIrisApi(stack)
  await prepare(api, `${stack.inbox.url}/demo`)
  // The first one opens connections, and waits for its subscription to begin: it would tell of that.
  await sendRound(api, stack)
  return sendRound(api, stack)
}

async function sendRound(api: IrisApi, { inbox }: Stack): Promise<RoundTrip> {
  const body = JSON.stringify({ hello: 'world', at: new Date(systemClock.now()).toISOString() })
  const startMs = systemClock.monotonic()
  const answer = succeeded('Publishing', await api.publish({ topic: demoTopic, body }))
  const storedMs = systemClock.monotonic() - startMs
  const messageId = answer.headers.get('hermes-message-id') ?? ''
  const delivery = await inbox.waitFor(messageId, arrivalMs)
  const deliveredMs = systemClock.monotonic() - startMs
  if (delivery !== null) return { body: delivery.body, messageId, storedMs, deliveredMs }
  const what = `Message ${messageId} was stored and did not reach the inbox in ${arrivalMs / 1000} s`
  throw new LocalStackError(`${what}; the log of consumers-service says why.`)
}

async function prepare(api: IrisApi, endpoint: string): Promise<void> {
  made('The demo group', await api.createGroup(demoGroup))
  made('The demo topic', await api.createTopic(topicForm(demoTopic, 'What npm start made to try Iris with')))
  const subscription = {
    topicName: demoTopic,
    name: demoSubscription,
    endpoint,
    description: 'Delivers to the inbox of npm start',
    owner: localOwner,
  }
  if (made('The demo subscription', await api.createSubscription(subscription))) return
  // Of an earlier run: its inbox may have had another port, and somebody may have suspended it.
  succeeded('The demo endpoint', await api.updateSubscription(demoTopic, demoSubscription, { endpoint }))
  succeeded('The demo state', await api.setSubscriptionState(demoTopic, demoSubscription, 'ACTIVE'))
}

/** A JSON topic kept for a day. */
export function topicForm(name: string, description: string): Record<string, unknown> {
  return {
    name,
    description,
    owner: localOwner,
    contentType: 'JSON',
    retentionTime: { duration: 1, retentionUnit: 'DAYS' },
  }
}

/** Whether it was made now; false when it was there. */
function made(what: string, answer: ApiAnswer): boolean {
  if (existed(answer)) return false
  succeeded(what, answer)
  return true
}
