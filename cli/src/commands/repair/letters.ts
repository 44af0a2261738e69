/**
 * What the commands about dead letters have in common: which letters are meant, and how they are shown.
 */
import { failureWords } from '@iris/common/domain/failure-cause'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import type { World } from '../../command.js'
import { ServiceFailure, succeeded } from '../../management/rest.js'
import { harmless } from '../../show/paint.js'
import { countText, rowsIn, several } from '../../show/words.js'
import { choice, count, text, texts, toggle, UsageError, type Values } from '../../words/declare.js'
import { isoOf } from '../../words/moment.js'
import type { SubscriptionPlace } from '../../words/places.js'

/** Which letters, by what they are. */
export const filterOptions = {
  reason: text('TEXT', 'only with this text in the reason'),
  class: choice('CLASS', 'only of this class: refused, expired, pipeline or parked', [
    'refused',
    'expired',
    'pipeline',
    'parked',
  ]),
  cause: text('CAUSE', 'only of this cause, as dlq summary tells it', {
    completes: ['500', '503', ...failureWords],
  }),
  status: count('STATUS', 'only with this last answer', { min: 100, max: 599 }),
  from: text('MOMENT', 'died at this time or later; 1h is an hour ago'),
  to: text('MOMENT', 'died before'),
  message: text('ID', 'only of this message'),
  body: text('TEXT', 'only with this text in the body'),
}

/** Which letters a redrive or a purge means. */
export const selectionOptions = {
  all: toggle('all that are there now'),
  id: texts('ID', 'this one, as dlq list tells it'),
  ...filterOptions,
  dryRun: toggle('only count them'),
}

/** The filter as the REST API takes it; null members are left out. */
export function filterOf({ clock }: World, options: Values<typeof filterOptions>): JsonObject {
  const now = { ms: clock.now(), sign: -1 } as const
  const { reason, class: ofClass, cause, status, message: messageId, body } = options
  const [from, to] = [isoOf(options.from, '--from', now), isoOf(options.to, '--to', now)]
  const filter = { reason, class: ofClass, cause, status, from, to, messageId, body }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null))
}

/** The body that means them; refuses words that mean none, or mean them in two ways. */
export function selectionOf(world: World, options: Values<typeof selectionOptions>): JsonObject {
  const filter = filterOf(world, options)
  const ways = [options.all, options.id.length > 0, Object.keys(filter).length > 0].filter(Boolean).length
  if (ways !== 1)
    throw new UsageError(
      'Say which dead letters, in one way: --all, --id ID, or filters such as --status 503',
    )
  if (options.all) return { all: true }
  return options.id.length > 0 ? { ids: options.id } : { filter }
}

/** How many a filter means. */
export function summaryOf(world: World, place: SubscriptionPlace, filter: JsonObject): Promise<JsonObject> {
  return countedPages(after => countsOf(world, place, { ...filter, after }))
}

/**
 * A page of counts. Refuses a management that tells no causes, since it overlooks a filter by cause and would
 * count, or list, all.
 */
export async function countsOf(
  { management }: World,
  { path }: SubscriptionPlace,
  filter: JsonObject,
): Promise<JsonObject> {
  const query = filter as Record<string, string>
  const json = succeeded(
    'Not counted',
    await management({ method: 'GET', path: `${path}/dead-letters/summary`, query }),
  )
  const counts = isJsonObject(json) ? json : {}
  if (filter['cause'] !== undefined && counts['byCause'] === undefined)
    throw new ServiceFailure(
      'This management is older than --cause and would show all dead letters: --status, --class and --reason it knows',
    )
  return counts
}

/** The pages of a count as one, until all letters were looked at. */
export async function countedPages(
  pageAfter: (after: string | null) => Promise<unknown>,
): Promise<JsonObject> {
  let sum: JsonObject = {}
  let after: string | null = null
  do {
    const json = await pageAfter(after)
    if (!isJsonObject(json)) break
    sum = added(sum, json)
    after = json['isComplete'] === false && typeof json['next'] === 'string' ? json['next'] : null
  } while (after !== null)
  return sum
}

/** A summary as lines: how many, by class, cause and reason. */
export function summaryLines(summary: JsonObject): readonly string[] {
  const total = Number(summary['total'] ?? 0)
  if (total === 0) return ['No dead letters.']
  const { byClass, byStatus } = summary
  const causes = rowsIn(summary['byCause'])
  const counted: readonly (readonly [string, unknown])[] = causes.map(({ cause, count: each }) => [
    String(cause),
    each,
  ])
  return [
    several(total, 'dead letter'),
    ...groupLine('by class', isJsonObject(byClass) ? Object.entries(byClass) : []),
    // An older management tells statuses alone.
    ...(causes.length > 0
      ? groupLine('by cause', counted)
      : groupLine('by status', isJsonObject(byStatus) ? Object.entries(byStatus) : [])),
    ...rowsIn(summary['byReason']).map(
      ({ reason, count: each }) => `  ${countText(Number(each)).padStart(9)}  ${harmless(String(reason))}`,
    ),
  ]
}

function groupLine(title: string, counts: readonly (readonly [string, unknown])[]): readonly string[] {
  if (counts.length === 0) return []
  return [
    `${title}: ${counts.map(([name, each]) => `${harmless(name)} ${countText(Number(each))}`).join(', ')}`,
  ]
}

/** Two pages as one: numbers added, the oldest and newest of both, reasons and causes by their text. */
function added(one: JsonObject, other: JsonObject): JsonObject {
  const numbers = (name: string): JsonObject => {
    const sums: Record<string, number> = {}
    for (const each of [one[name], other[name]])
      for (const [key, value] of Object.entries(isJsonObject(each) ? each : {}))
        sums[key] = (sums[key] ?? 0) + Number(value)
    return sums
  }
  const times = (name: string): number[] => [one[name], other[name]].filter(each => typeof each === 'number')
  const sum = (name: string): number => Number(one[name] ?? 0) + Number(other[name] ?? 0)
  return {
    total: sum('total'),
    ...{ byClass: numbers('byClass'), byStatus: numbers('byStatus') },
    byCause: addedRows('cause', one['byCause'], other['byCause']),
    byReason: addedRows('reason', one['byReason'], other['byReason']),
    otherReasons: sum('otherReasons'),
    oldest: times('oldest').length === 0 ? null : Math.min(...times('oldest')),
    newest: times('newest').length === 0 ? null : Math.max(...times('newest')),
    isComplete: true,
  }
}

/** Rows of both with the same text as one, the most first. */
function addedRows(member: string, one: unknown, other: unknown): readonly JsonObject[] {
  const rows = new Map<string, { readonly [name: string]: unknown; readonly count: number }>()
  for (const row of [...rowsIn(one), ...rowsIn(other)]) {
    const text = String(row[member])
    const known = rows.get(text)
    const times = [known?.['newest'], row['newest']].filter(each => typeof each === 'number')
    rows.set(text, {
      [member]: text,
      count: (known?.count ?? 0) + Number(row['count']),
      ...(times.length === 0 ? {} : { newest: Math.max(...times) }),
    })
  }
  return [...rows.values()].sort((a, b) => b.count - a.count)
}
