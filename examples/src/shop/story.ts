/**
 * The story of the shop: orders while all is well, while services are stopped, and after their return.
 * Takes the REST calls of Iris, how many orders a chapter has, and where to tell it. Gives the figures.
 * Promises: starts and stops its own services; about 10 s with 20 orders a chapter.
 */
import { systemClock } from '@iris/common/time/clock'
import type { IrisApi } from '@iris/local-stack/iris-api'
import { call } from '../shared/call.js'
import { lagOf, until } from '../shared/iris.js'
import { buy, nothing, together, type Bought } from './customers.js'
import { topics } from './events.js'
import { figuresOf, median, type ShopFigures } from './figures.js'
import { startShop, type Shop } from './shop.js'

/** How to tell it. */
export interface StoryOptions {
  /** Orders a chapter and variant. */
  readonly ordersCount: number
  print(line: string): void
}

interface Chapters {
  readonly shop: Shop
  readonly api: IrisApi
  readonly options: StoryOptions
  readonly bought: { synchronous: Bought; asynchronous: Bought }
}

/** Tells it. */
export async function tellStory(api: IrisApi, options: StoryOptions): Promise<ShopFigures> {
  const shop = await startShop(api)
  try {
    const bought = { synchronous: nothing, asynchronous: nothing }
    const chapters = { shop, api, options, bought }
    await allIsWell(chapters)
    await methodsAreGone(chapters)
    const lag = await billingIsGone(chapters)
    return await allIsBack(chapters, lag)
  } finally {
    await shop.stop()
  }
}

async function allIsWell(chapters: Chapters): Promise<void> {
  chapters.options.print('\n1. All services run.')
  await buyInBoth(chapters)
}

async function methodsAreGone(chapters: Chapters): Promise<void> {
  const { shop, options } = chapters
  await shop.methods.stop()
  options.print('\n2. `methods` is stopped. The asynchronous orders have a copy of what it said.')
  await buyInBoth(chapters)
  await shop.asynchronous.stop()
  await shop.asynchronous.start()
  const [again] = (await buy(shop.asynchronous.url, 1)).taken
  const sentence = 'Its process began anew, without memory, and had Iris send it all methods again'
  options.print(`   ${sentence}: ${again === undefined ? 'an order was REFUSED' : 'it takes orders'}.`)
  chapters.bought.asynchronous = together(chapters.bought.asynchronous, {
    ...nothing,
    asked: 1,
    taken: again === undefined ? [] : [again],
  })
}

/** Gives how many messages waited. */
async function billingIsGone(chapters: Chapters): Promise<number> {
  const { shop, api, options, bought } = chapters
  await shop.methods.start()
  await until(() => areComplete(shop, bought.asynchronous.taken))
  await until(async () => (await lagOf(api, topics.orders, 'billing')) === 0)
  await shop.billing.stop()
  options.print('\n3. `methods` is back. `billing` is stopped.')
  const before = bought.asynchronous.taken.length
  await buyInBoth(chapters)
  const waiting = bought.asynchronous.taken.slice(before)
  await until(async () => (await lagOf(api, topics.orders, 'billing')) === waiting.length)
  const lag = await lagOf(api, topics.orders, 'billing')
  const [last = ''] = waiting.slice(-1)
  options.print(`   GET /orders/${last} says: ${await stateOf(shop, last)}`)
  options.print(`   Iris says: ${lag} messages wait for \`billing\`. Who asks later gets another answer.`)
  return lag
}

async function allIsBack(chapters: Chapters, lag: number): Promise<ShopFigures> {
  const { shop, options, bought } = chapters
  // Its effect is there, its answer is not: Iris cannot know, and sends the message again.
  shop.billing.loseNextAnswer()
  const beginMs = systemClock.monotonic()
  await shop.billing.start()
  options.print('\n4. `billing` is back. The answer to its first message gets lost on the way.')
  const ids = bought.asynchronous.taken
  await until(() => areComplete(shop, ids))
  const caughtUpMs = systemClock.monotonic() - beginMs
  const isOnce = (id: string): boolean =>
    hasOne(shop.billing.bills, id) && hasOne(shop.notifications.mails, id)
  await until(() => shop.billing.repeats.length > 0 && ids.every(isOnce))
  const completed = new Set<string>()
  for (const id of ids) if ((await stateOf(shop, id)) === 'complete') completed.add(id)
  const onceCount = ids.filter(isOnce).length
  options.print(
    `   ${completed.size} of ${ids.length} orders are complete, ${onceCount} with one bill and one mail.`,
  )
  return {
    // There, whatever was taken was complete.
    synchronous: figuresOf(bought.synchronous, new Set(bought.synchronous.taken)),
    asynchronous: figuresOf(bought.asynchronous, completed),
    lag,
    caughtUpMs,
    repeats: shop.billing.repeats.length,
    wrongEffects: ids.length - onceCount,
  }
}

async function buyInBoth({ shop, options, bought }: Chapters): Promise<void> {
  for (const variant of ['synchronous', 'asynchronous'] as const) {
    const now = await buy(shop[variant].url, options.ordersCount)
    bought[variant] = together(bought[variant], now)
    const { asked, taken, refusals, latenciesMs } = now
    const result = `${taken.length} of ${asked} orders taken`
    const time = taken.length === 0 ? '' : `, half of them within ${Math.ceil(median(latenciesMs))} ms`
    const refused = refusals.length === 0 ? '' : `; ${refusals.length} x ${refusals[0]}`
    options.print(`   ${variant.padEnd(13)} ${result}${time}${refused}`)
  }
}

function hasOne(all: readonly string[], id: string): boolean {
  return all.filter(each => each === id).length === 1
}

async function areComplete(shop: Shop, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) if ((await stateOf(shop, id)) !== 'complete') return false
  return true
}

async function stateOf(shop: Shop, orderId: string): Promise<string> {
  const answer = await call('GET', `${shop.asynchronous.url}/orders/${orderId}`)
  const { state = 'unknown' } = (answer?.body ?? {}) as { readonly state?: string }
  return state
}
