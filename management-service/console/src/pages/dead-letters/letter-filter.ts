// pure
/**
 * Which dead letters are meant: as it stands in an address, and as the API takes it.
 */

import { causeWord } from './cause-words.js'

/** What may be asked for; each that is given must fit. */
const filterNames = ['reason', 'class', 'cause', 'status', 'messageId', 'body', 'from', 'to'] as const
export type FilterName = (typeof filterNames)[number]
export type LetterFilter = Readonly<Partial<Record<FilterName, string>>>

/** Members of a body that name dead letters. */
export type Selection =
  | { readonly all: true }
  | { readonly ids: readonly string[] }
  | { readonly filter: LetterFilter }

/** The filter in the query of an address. */
export function filterIn(query: URLSearchParams): LetterFilter {
  return Object.fromEntries(
    filterNames.flatMap(name => {
      const value = query.get(name)
      return value === null || value === '' ? [] : [[name, value]]
    }),
  )
}

/** The address of a list that is narrowed so. */
export function addressWith(address: string, filter: LetterFilter): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString()
  return query === '' ? address : `${address}?${query}`
}

/** What is meant: those that were marked, else those that fit, else all. */
export function selectionOf(ids: readonly string[], filter: LetterFilter): Selection {
  if (ids.length > 0) return { ids }
  // As it was asked for: what is no status is refused by management, where null would mean all.
  return Object.keys(filter).length === 0 ? { all: true } : { filter }
}

/** The same in words beside the list, where more than the one that is meant is seen. */
export function listedWords(selection: Selection): string {
  return 'ids' in selection && selection.ids.length === 1 ? 'the one marked' : selectionWords(selection)
}

/** The same in words. */
export function selectionWords(selection: Selection): string {
  if ('all' in selection) return 'all dead letters of this subscription'
  if ('ids' in selection)
    return selection.ids.length === 1 ? 'this dead letter' : `the ${selection.ids.length} marked`
  const parts = Object.entries(selection.filter).map(([name, value]) =>
    name === 'cause' ? `cause “${causeWord(value)}”` : `${name} ${value}`,
  )
  return `the dead letters with ${parts.join(', ')}`
}

const classWords: Readonly<Record<string, string>> = {
  refused: 'refused by the subscriber',
  expired: 'tried until its time ended',
  pipeline: 'could not be read or judged',
  parked: 'never tried: its key is parked',
}

/** `refused` in words. */
export function classWord(name: string): string {
  return classWords[name] ?? name
}
