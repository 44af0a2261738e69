// pure
/**
 * The one screen that `npm start` prints.
 * Takes addresses, the message that made the round trip and the time of the start. Gives text.
 */
import type { RoundTrip } from './demo.js'

/** What the screen tells. */
export interface ScreenFacts {
  readonly frontend: string
  readonly management: string
  readonly consumers: string
  readonly inbox: string
  readonly kafkaBrokers: string
  readonly zookeeper: string
  readonly dataDir: string
  readonly topic: string
  readonly roundTrip: RoundTrip
  readonly startMs: number
}

/** The whole text, with a line end at its end. */
export function screen(facts: ScreenFacts): string {
  const { frontend, management, consumers, inbox, topic, roundTrip } = facts
  const subscription = JSON.stringify({
    topicName: topic,
    name: 'second',
    endpoint: `${inbox}/fail/2/second`,
    description: 'Fails twice, so that you see retries',
    owner: { source: 'Plaintext', id: 'me' },
  })
  const storedMs = Math.round(roundTrip.storedMs)
  const deliveredMs = Math.round(roundTrip.deliveredMs)
  const json = `-H 'Content-Type: application/json'`
  return `
Iris runs (started in ${seconds(facts.startMs)}).

  frontend     ${frontend.padEnd(30)} takes messages
  management   ${management.padEnd(30)} groups, topics, subscriptions
  consumers    ${consumers.padEnd(30)} deliver
  inbox        ${inbox.padEnd(30)} shows what was delivered: open it in a browser
  Kafka        ${facts.kafkaBrokers}
  ZooKeeper    ${facts.zookeeper}
  data, logs   ${facts.dataDir}

One message made the round trip: ${roundTrip.body}
  ${roundTrip.messageId}
  stored by Kafka after ${storedMs} ms, in the inbox after ${deliveredMs} ms.

Publish:
  curl -i ${frontend}/topics/${topic} ${json} -d '{"hello":"again"}'

Register another subscription (this one fails twice before it accepts):
  curl -i ${management}/topics/${topic}/subscriptions ${json} -d '${subscription}'

Look at the inbox:
  curl '${inbox}/messages?limit=5'

Endpoints on this machine (127.0.0.0/8, ::1) are allowed here; a service started by itself refuses them.
Ctrl-C stops everything. The data stays; \`npm start -- --fresh\` begins anew.
`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
