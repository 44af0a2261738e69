/**
 * The story of a poison message, step by step: it harms nobody else, it is kept, it is sent again.
 * Takes the REST calls. Gives what happened, and tells it on the way.
 * Promises: every wait has an end; the subscription is removed again, the topic stays.
 */
import { randomBytes } from 'node:crypto'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { succeeded, type ApiForm, type IrisApi } from '@iris/local-stack/iris-api'
import { ensureSubscription, ensureTopic, publishEvent } from '../shared/iris.js'
import { startWarehouse, type Order, type Warehouse } from './warehouse.js'

export interface StoryOptions {
  readonly group: string
  /** How long Iris tries a message, in whole seconds. */
  readonly ttlSeconds: number
  print(text: string): void
}

/** A dead letter as Iris shows it. */
interface DeadLetter {
  readonly id: string
  readonly messageId: string
  readonly reason: string
  readonly class: string
  readonly attempts: number
  readonly lastStatus?: number
  readonly body: string
}

/** What happened. */
export interface Story {
  /** From publishing to the arrival of both good orders. */
  readonly goodAfterMs: number
  /** Attempts of the bad one before it was given up. */
  readonly badAttempts: number
  readonly deadAfterMs: number
  readonly letter: DeadLetter
  /** After the redrive: how often the bad one arrived, and what is left of the list. */
  readonly arrivals: number
  readonly left: number
}

const subscription = 'warehouse'
const backoffMs = 200
const arrivalMs = 60_000
const pollMs = 20
const bad: Order = { order: 'bad' }
const good: readonly Order[] = [
  { order: 'good1', items: ['tea'] },
  { order: 'good2', items: ['cup', 'spoon'] },
]

/** Tells it. Throws when something that should happen does not. */
export async function tellStory(api: IrisApi, options: StoryOptions): Promise<Story> {
  const { group, ttlSeconds, print } = options
  const topic = `${group}.orders`
  const key = `whsec_${randomBytes(32).toString('base64')}`
  const warehouse = await startWarehouse(key)
  try {
    await prepare(api, topic, { endpoint: warehouse.url, signing: { keys: [key] }, ...policyOf(ttlSeconds) })
    print(`1. A warehouse listens at ${warehouse.url}. It has a bug: an order without items makes it throw.`)
    const beganMs = systemClock.monotonic()
    const badId = await publish(api, topic, bad)
    for (const order of good) await publish(api, topic, order)
    print(`2. Published, in this order: ${[bad, ...good].map(each => JSON.stringify(each)).join(', ')}`)
    const goodAfterMs = (await untilPacked(warehouse)) - beganMs
    print(`3. Both good orders were packed after ${Math.round(goodAfterMs)} ms. The bad one blocks nobody:`)
    print(`   tried ${times(attemptsOf(warehouse, badId))}, failed, and others go on meanwhile.`)
    const letter = await until('the dead letter', async () => (await deadLetters(api, topic))[0])
    const deadAfterMs = systemClock.monotonic() - beganMs
    const badAttempts = attemptsOf(warehouse, badId)
    print(`4. After ${seconds(deadAfterMs)} Iris gave it up and kept it, as a dead letter:`)
    print(
      `   ${letter.reason} (${letter.class}, ${letter.attempts} attempts, last status ${letter.lastStatus})`,
    )
    print(`   ${Buffer.from(letter.body, 'base64').toString()}`)
    const { arrivals, left } = await mendAndRedrive(api, topic, warehouse, badId)
    print('5. The warehouse was mended, and the dead letter sent again:')
    print(`   it arrived ${times(arrivals)}, with the same id. Dead letters left: ${left}.`)
    return { goodAfterMs, badAttempts, deadAfterMs, letter, arrivals, left }
  } finally {
    await api.deleteSubscription(topic, subscription)
    await warehouse.stop()
  }
}

const policyOf = (messageTtl: number) => ({
  subscriptionPolicy: { messageTtl, messageBackoff: backoffMs, requestTimeout: 5_000 },
})

async function prepare(
  api: IrisApi,
  topic: string,
  settings: ApiForm & { readonly endpoint: string },
): Promise<void> {
  await ensureTopic(api, topic, 'Orders, one of them poisoned')
  // Of a run that was cut short: its dead letters would be counted as ours.
  await api.deleteSubscription(topic, subscription)
  await ensureSubscription(api, topic, subscription, settings)
}

function publish(api: IrisApi, topic: string, body: Order): Promise<string> {
  return publishEvent(api, { topic, key: body.order, body })
}

/** The moment when the last good order was packed. */
function untilPacked({ attempts }: Warehouse): Promise<number> {
  return until('the good orders', () => {
    const packed = good.map(({ order }) => attempts.find(each => each.order === order && each.error === null))
    const moments = packed.flatMap(each => (each === undefined ? [] : [each.atMs]))
    return Promise.resolve(moments.length === good.length ? Math.max(...moments) : undefined)
  })
}

const attemptsOf = ({ attempts }: Warehouse, messageId: string): number =>
  attempts.filter(each => each.messageId === messageId).length

async function mendAndRedrive(
  api: IrisApi,
  topic: string,
  warehouse: Warehouse,
  messageId: string,
): Promise<{ arrivals: number; left: number }> {
  warehouse.mend()
  const before = attemptsOf(warehouse, messageId)
  const path = `/topics/${topic}/subscriptions/${subscription}`
  const begun = succeeded('Redrive', await api.manage('POST', `${path}/dead-letters/redrive`, { all: true }))
  const { id } = JSON.parse(begun.text) as { id: string }
  await until('the redrive', async () => {
    const task = succeeded('The task', await api.manage('GET', `${path}/tasks/${id}`))
    return (JSON.parse(task.text) as { state: string }).state === 'done' ? true : undefined
  })
  const left = (await deadLetters(api, topic)).length
  return { arrivals: attemptsOf(warehouse, messageId) - before, left }
}

async function deadLetters(api: IrisApi, topic: string): Promise<readonly DeadLetter[]> {
  const path = `/topics/${topic}/subscriptions/${subscription}/dead-letters`
  const answer = succeeded('The dead letters', await api.manage('GET', path))
  return (JSON.parse(answer.text) as { items: readonly DeadLetter[] }).items
}

/** Looks until there is something. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const endMs = systemClock.monotonic() + arrivalMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (systemClock.monotonic() > endMs) throw new Error(`${what} did not come in ${seconds(arrivalMs)}`)
    await sleep(systemScheduler, pollMs)
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
