// pure
/**
 * The names of a subscription and what follows from them: its addresses in the API and in the console, which
 * are alike.
 */
import { pathOf } from '../../api/call.js'
import type { PageParams } from '../../app/page-route.js'

export interface Names {
  readonly topic: string
  readonly subscription: string
}

/** The names in the address of a page. */
export function namesIn(params: PageParams): Names {
  return { topic: params['topic'] ?? '', subscription: params['subscription'] ?? '' }
}

/** The path of a subscription, or of something below it: `pathTo(names, 'dead-letters')`. */
export function pathTo({ topic, subscription }: Names, ...below: readonly string[]): string {
  return pathOf('topics', topic, 'subscriptions', subscription, ...below)
}

/** What typed reads take. */
export function readingOf(names: Names): { readonly params: { readonly path: Names } } {
  return { params: { path: names } }
}
