/**
 * The lists of all topics and all subscriptions as JSON, also where there are tens of thousands.
 * Takes who asks. Gives the text. Promises: others have their turn in between; for who may see everything
 * nothing is made again until something moved. Bound: one text of each list is remembered.
 */
import type { Principal } from '@iris/common/access/principal'
import { splitTopicName } from '@iris/common/domain/names'
import { jsonList } from '@iris/common/time/json-in-turns'
import { inTurns, type TurnTime } from '@iris/common/time/turns'
import { visibleCatalog } from '../access/visible.js'
import type { Catalog, CatalogView } from '../catalog/catalog.js'
import type { OwnRates } from '../metrics/own-rates.js'
import { subscriptionRows, topicRows, type ToldRound } from './listing.js'

export interface ListParts extends TurnTime {
  readonly catalog: Catalog
  readonly rates: Pick<OwnRates, 'latest'>
}

export interface Lists {
  /** The topics that the caller may see; of `group` alone where it is not null. */
  topics(principal: Principal, group: string | null): Promise<Buffer>
  /** The subscriptions that the caller may see; of `topic` alone where it is not null. */
  subscriptions(principal: Principal, topic: string | null): Promise<Buffer>
}

/** Makes them. */
export function createLists(parts: ListParts): Lists {
  const { catalog, rates } = parts
  const view = (principal: Principal): Promise<CatalogView> => visibleCatalog(catalog, principal).view()
  const allTopics = remembered((seen, round) => jsonOf(parts, seen.topics, topicRows(seen, round)))
  const allSubscriptions = remembered((seen, round) =>
    jsonOf(parts, seen.subscriptions, subscriptionRows(round)),
  )
  return {
    async topics(principal, group) {
      const seen = await view(principal)
      if (group === null) return allTopics(seen, rates.latest())
      const ofGroup = seen.topics.filter(({ name }) => splitTopicName(name)?.group === group)
      return jsonOf(parts, ofGroup, topicRows(seen, rates.latest()))
    },
    async subscriptions(principal, topic) {
      const seen = await view(principal)
      if (topic === null) return allSubscriptions(seen, rates.latest())
      const ofTopic = seen.subscriptions.filter(({ topicName }) => topicName === topic)
      return jsonOf(parts, ofTopic, subscriptionRows(rates.latest()))
    },
  }
}

type Make = (view: CatalogView, round: ToldRound) => Promise<Buffer>

/** The catalog gives the same view until something changes; what a caller may see of it is made each time. */
function remembered(make: Make): Make {
  const last = new WeakMap<CatalogView, { readonly round: ToldRound; readonly text: Promise<Buffer> }>()
  return (view, round) => {
    const known = last.get(view)
    if (known !== undefined && known.round === round) return known.text
    const made = { round, text: make(view, round) }
    last.set(view, made)
    // Who asks next tries again; who asked hears the error.
    void made.text.catch(() => {
      if (last.get(view) === made) last.delete(view)
    })
    return made.text
  }
}

/** Others have their turn in between. */
async function jsonOf<T>(time: TurnTime, items: readonly T[], rowOf: (item: T) => object): Promise<Buffer> {
  return Buffer.from(await inTurns(time, jsonList(mapped(items, rowOf))))
}

function* mapped<T>(items: readonly T[], rowOf: (item: T) => object): Iterable<object> {
  for (const item of items) yield rowOf(item)
}
