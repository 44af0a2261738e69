// pure
/**
 * The states of subscriptions in words, and which rows of a list are in them.
 */
import type { ReadOf } from '../../api/client.js'

/** A row of the list. */
export type ListedSubscription = ReadOf<'/listing/subscriptions'>[number]

/** What a list is narrowed to; the words stand in addresses. */
export const narrowings = ['all', 'stuck', 'failing', 'active', 'paused', 'pending'] as const
export type Narrowing = (typeof narrowings)[number]

const labels: Readonly<Record<Narrowing, string>> = {
  all: 'All',
  stuck: 'Stuck',
  failing: 'Failing',
  active: 'Active',
  paused: 'Paused',
  pending: 'Being started',
}

const tests: Readonly<Record<Narrowing, (row: ListedSubscription) => boolean>> = {
  all: () => true,
  stuck: row => troubleOf(row) !== null,
  failing: ({ failureRate }) => failureRate !== null && failureRate > 0,
  active: ({ state }) => state === 'ACTIVE',
  paused: ({ state }) => state === 'SUSPENDED',
  pending: ({ state }) => state === 'PENDING',
}

/** A narrowing with how many rows it keeps. */
export interface NarrowingCount {
  readonly name: Narrowing
  readonly label: string
  readonly count: number
}

/** The narrowing that an address means. */
export function narrowingOf(text: string | null): Narrowing {
  return narrowings.find(name => name === text) ?? 'all'
}

/** The list narrowed so; what else stands in the address of the list, as the order of its table, stays. */
export function addressOf(query: URLSearchParams, narrowing: Narrowing): string {
  const wanted = new URLSearchParams(query)
  if (narrowing === 'all') wanted.delete('state')
  else wanted.set('state', narrowing)
  return wanted.size === 0 ? '/subscriptions' : `/subscriptions?${wanted.toString()}`
}

/** The rows that it keeps. */
export function narrowed(
  rows: readonly ListedSubscription[],
  narrowing: Narrowing,
): readonly ListedSubscription[] {
  return narrowing === 'all' ? rows : rows.filter(tests[narrowing])
}

/** How many rows each would keep. */
export function narrowingCounts(rows: readonly ListedSubscription[]): readonly NarrowingCount[] {
  return narrowings.map(name => ({ name, label: labels[name], count: narrowed(rows, name).length }))
}

const stateWords: Readonly<Record<string, string>> = {
  ACTIVE: 'Active',
  SUSPENDED: 'Paused',
  PENDING: 'Being started',
}

/** `Paused`. */
export function stateWord(state: string): string {
  return stateWords[state] ?? state
}

/** What holds it up; null where nothing does, or where it is meant to stand still. */
export function troubleOf({ trouble, state }: ListedSubscription): string | null {
  return state === 'SUSPENDED' ? null : trouble
}
