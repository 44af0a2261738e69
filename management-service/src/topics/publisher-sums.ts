// pure
/**
 * Who publishes a topic, over all frontends.
 * Takes what each of them tells. Gives one row a publisher, who published last first.
 * Promises: what was counted is in a row or among the others. Bound: `publishersMax` rows.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { PublishersPage, ToldPublisher } from '@iris/common/metrics/publishers'

const counted = {
  accepted: z.int().describe('Messages answered with 201 or 202'),
  refused: z.int().describe('Messages answered with an error, or whose outcome is not known'),
}
const date = z.string().describe('A date')

/** The answer. */
export const publishersShape = z.object({
  since: date.nullable().describe('Whoever has published since is here; null where no frontend has told'),
  complete: z.boolean().describe('Whether every live frontend has told'),
  problems: z.array(z.string()).describe('Who has not, and why; for who may not read all groups, how many'),
  publishers: z.array(
    z.object({
      name: z
        .string()
        .nullable()
        .describe(
          'Of the key, account or token that let it in, or as `frontend.quotas.publisherHeader` says; null else',
        ),
      proven: z.boolean().describe('Whether a key, account or token proves the name; else it is only said'),
      network: z
        .string()
        .nullable()
        .describe('Where there is no name: the network of its address, /24 of IPv4, /48 of IPv6'),
      client: z.string().nullable().describe('Its program: the first product of its `User-Agent`'),
      ...counted,
      firstAt: date,
      lastAt: date,
      frontends: z.int().describe('How many frontends, worker by worker, it published to'),
    }),
  ),
  others: z
    .object({ ...counted, lastAt: date })
    .nullable()
    .describe('Those for whom there was no row; null where there was one for everybody'),
})
export type TopicPublishers = ValueOf<typeof publishersShape>

/** What all pages together say. */
export type PublisherSums = Pick<TopicPublishers, 'since' | 'publishers' | 'others'>

/** Rows of one answer. */
export const publishersMax = 100

interface Sum extends Omit<ToldPublisher, 'accepted' | 'refused' | 'firstMs' | 'lastMs'>, Others {
  firstMs: number
  frontends: number
}

interface Others {
  accepted: number
  refused: number
  lastMs: number
}

/** Adds them up. A frontend that has begun later knows less: from then on all of them know everybody. */
export function sumOfPublishers(pages: readonly PublishersPage[]): PublisherSums {
  const sums = new Map<string, Sum>()
  for (const told of pages.flatMap(({ publishers }) => publishers)) {
    const key = JSON.stringify([told.name, told.proven, told.network, told.client])
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { ...told, frontends: 1 })
    else {
      add(sum, told)
      sum.firstMs = Math.min(sum.firstMs, told.firstMs)
      sum.frontends++
    }
  }
  const ordered = [...sums.values()].sort((one, other) => other.lastMs - one.lastMs)
  const told = pages.flatMap(({ others }) => (others === null ? [] : [others]))
  const others = othersOf([...told, ...ordered.slice(publishersMax)])
  return {
    since: pages.length === 0 ? null : dateOf(Math.max(...pages.map(({ sinceMs }) => sinceMs))),
    publishers: ordered.slice(0, publishersMax).map(rowOf),
    others,
  }
}

function rowOf(sum: Sum): PublisherSums['publishers'][number] {
  const { name, proven, network, client, accepted, refused, firstMs, lastMs, frontends } = sum
  return {
    ...{ name, proven, network, client, accepted, refused },
    ...{ firstAt: dateOf(firstMs), lastAt: dateOf(lastMs), frontends },
  }
}

function othersOf(all: readonly Readonly<Others>[]): PublisherSums['others'] {
  if (all.length === 0) return null
  const sum: Others = { accepted: 0, refused: 0, lastMs: 0 }
  for (const each of all) add(sum, each)
  return { accepted: sum.accepted, refused: sum.refused, lastAt: dateOf(sum.lastMs) }
}

function add(sum: Others, more: Readonly<Others>): void {
  sum.accepted += more.accepted
  sum.refused += more.refused
  sum.lastMs = Math.max(sum.lastMs, more.lastMs)
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString()
}
