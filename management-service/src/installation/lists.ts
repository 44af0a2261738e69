/**
 * The lists of all topics and all subscriptions as JSON, also where there are tens of thousands.
 * Takes who asks. Gives the text. Promises: others have their turn between `sliceMax` rows; for who may see
 * everything nothing is made again until something moved. Bound: one text of each list is remembered.
 */
import type { Principal } from '@iris/common/access/principal'
import { visibleCatalog } from '../access/visible.js'
import type { Catalog, CatalogView } from '../catalog/catalog.js'
import type { OwnRates } from '../metrics/own-rates.js'
import { subscriptionRows, topicRows, type ToldRound } from './listing.js'

export interface ListParts {
  readonly catalog: Catalog
  readonly rates: Pick<OwnRates, 'latest'>
}

export interface Lists {
  /** All topics that the caller may see. */
  topics(principal: Principal): Promise<Buffer>
  /** The subscriptions that the caller may see; of `topic` alone where it is not null. */
  subscriptions(principal: Principal, topic: string | null): Promise<Buffer>
}

/** A few milliseconds of work. */
const sliceMax = 1_000

/** Makes them. */
export function createLists({ catalog, rates }: ListParts): Lists {
  const view = (principal: Principal): Promise<CatalogView> => visibleCatalog(catalog, principal).view()
  const allTopics = remembered((seen, round) => jsonOf(seen.topics, topicRows(seen, round)))
  const allSubscriptions = remembered((seen, round) => jsonOf(seen.subscriptions, subscriptionRows(round)))
  return {
    topics: async principal => allTopics(await view(principal), rates.latest()),
    async subscriptions(principal, topic) {
      const seen = await view(principal)
      if (topic === null) return allSubscriptions(seen, rates.latest())
      const ofTopic = seen.subscriptions.filter(({ topicName }) => topicName === topic)
      return jsonOf(ofTopic, subscriptionRows(rates.latest()))
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

async function jsonOf<T>(items: readonly T[], rowOf: (item: T) => object): Promise<Buffer> {
  const slices: string[] = []
  for (let from = 0; from < items.length; from += sliceMax) {
    if (from > 0) await new Promise(resolve => setImmediate(resolve))
    const rows = items.slice(from, from + sliceMax).map(rowOf)
    slices.push(JSON.stringify(rows).slice(1, -1))
  }
  return Buffer.from(`[${slices.join(',')}]`)
}
