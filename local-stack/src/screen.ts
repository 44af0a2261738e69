// pure
/**
 * The one screen that `npm start` prints.
 * Takes addresses, the message that made the round trip and the time of the start. Gives text.
 * Promises: with the usual ports and folder it fits a terminal of 80 columns and 24 lines, the cursor's line
 * included; a curl can be copied as it stands, also where it has several lines.
 */
import type { RoundTrip } from './demo.js'
import type { Paint } from './paint.js'

/** What the screen tells. */
export interface ScreenFacts {
  readonly frontend: string
  readonly management: string
  readonly consumers: string
  readonly inbox: string
  readonly kafkaBrokers: string
  readonly zookeeper: string
  /** What of the servers was started here: `Kafka`, `ZooKeeper`, both or none. */
  readonly ownServers: readonly string[]
  readonly dataDir: string
  readonly topic: string
  readonly roundTrip: RoundTrip
  readonly startMs: number
}

const addressWidth = 26

/** The whole text, with a line end at its end. */
export function screen(facts: ScreenFacts, paint: Paint): string {
  const { management, inbox, frontend, consumers, roundTrip } = facts
  const [started, startS] = [facts.ownServers.concat('the three services'), facts.startMs / 1000]
  const storedMs = Math.round(roundTrip.storedMs)
  const deliveredMs = Math.round(roundTrip.deliveredMs)
  const row = (name: string, address: string, what: string): string =>
    `  ${paint.strong(name.padEnd(10))} ${paint.address(address.padEnd(addressWidth))} ${what}`
  const lines = [
    paint.strong(`Iris is running: ${listOf(started)}, ready after ${startS.toFixed(1)} s.`),
    '',
    row('Console', `${management}/`, 'topics, subscriptions, dead letters'),
    row('Inbox', `${inbox}/`, 'shows each webhook that was delivered'),
    row('Frontend', frontend, 'takes messages'),
    row('Consumers', consumers, 'deliver them'),
    row('Kafka', facts.kafkaBrokers, `${paint.strong('ZooKeeper')} ${paint.address(facts.zookeeper)}`),
    '',
    paint.strong('Just now a message was published, kept by Kafka and delivered to the inbox:'),
    `  ${roundTrip.body}`,
    `  stored by Kafka after ${storedMs} ms, in the inbox after ${deliveredMs} ms`,
    '',
    ...curls(facts, paint),
    paint.quiet('Next: open the console; npm run iris -- doctor; npm run demo:shop; README.md'),
    paint.quiet(`Ctrl-C stops everything; data and logs stay in ${facts.dataDir} (--fresh: anew).`),
  ]
  return lines.map(line => `${line}\n`).join('')
}

function curls({ frontend, management, inbox, topic }: ScreenFacts, paint: Paint): readonly string[] {
  return [
    paint.strong('Subscribe another endpoint. It fails twice first, so that you see retries:'),
    `  curl -i ${management}/topics/${topic}/subscriptions \\`,
    `    -H 'Content-Type: application/json' -d '{"topicName":"${topic}",`,
    `    "name":"second","endpoint":"${inbox}/fail/2/second",`,
    `    "owner":{"source":"Plaintext","id":"me"},"description":"for a try"}'`,
    paint.strong('Publish a message, and look at its deliveries in the inbox:'),
    `  curl -i ${frontend}/topics/${topic} -d '{"hello":"you"}'`,
    paint.strong('Watch what is published, in another terminal:'),
    `  curl -N '${frontend}/topics/${topic}/events?from=earliest'`,
  ]
}

function listOf(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' and $1')
}
