// pure
/**
 * A draft of filters as it is typed, and examples to begin with.
 * Takes text. Gives the list, or what keeps the text from being one; what a filter may be, management says.
 */

export interface Draft {
  /** Null while the text is no list. */
  readonly filters: readonly unknown[] | null
  readonly problem: string | null
}

/** Reads it. */
export function readDraft(text: string): Draft {
  try {
    const value: unknown = text.trim() === '' ? [] : JSON.parse(text)
    if (Array.isArray(value)) return { filters: value, problem: null }
    return { filters: null, problem: 'Filters are a list: [ … ]' }
  } catch (error) {
    return { filters: null, problem: (error as Error).message }
  }
}

/** The draft with another filter at its end; text that is no list is replaced. */
export function withFilter(text: string, filter: unknown): string {
  return JSON.stringify([...(readDraft(text).filters ?? []), filter], null, 2)
}

/** A filter to begin with. */
export interface Example {
  readonly label: string
  readonly filter: unknown
}

/** What most people look for in messages of this content. */
export function examplesOf(contentType: string | null | undefined): readonly Example[] {
  const statusIs = (matcher: string): object =>
    contentType === 'AVRO'
      ? { type: 'avropath', path: '.status', matcher }
      : { type: 'jsonpath', path: '$.status', matcher }
  return [
    { label: 'A value is one of', filter: statusIs('new|paid') },
    ...others,
    { label: 'Not', filter: { type: 'not', filter: statusIs('test') } },
  ]
}

const others: readonly Example[] = [
  { label: 'A number is at least', filter: { type: 'number', path: '$.total', operator: '>=', value: 100 } },
  { label: 'A value is there', filter: { type: 'exists', path: '$.customer' } },
  { label: 'A header is', filter: { type: 'header', header: 'Routing-Key', matcher: 'order.*' } },
  { label: 'Words match a pattern', filter: { type: 'pattern', path: '$.key', pattern: 'order.*.new' } },
]
