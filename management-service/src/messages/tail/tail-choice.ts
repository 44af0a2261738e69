// pure
/**
 * Which messages of a topic a viewer wants to watch.
 * Takes the query of a call. Gives partition, key and filters. Refuses with `VALIDATION_ERROR` what it cannot
 * read, and filters that a subscription of the topic could not have.
 */
import type { Topic } from '@iris/common/domain/topic'
import { invalidMember } from '@iris/common/errors/member-about'
import { filtersForTopic, filtersOfText } from '@iris/common/filter/filter-text'
import { compileFilters } from '@iris/common/filter/filters'
import { keyBytes } from '../key-places.js'
import { readMessagesQuery } from '../message-query.js'
import type { TailChoice } from './tail-stream.js'

/** Reads it. */
export function readTailChoice(
  query: URLSearchParams,
  { contentType }: Pick<Topic, 'contentType'>,
): TailChoice {
  const { partition, key } = readMessagesQuery({
    ...{ from: null, max: null, next: null },
    ...{ partition: query.get('partition'), key: query.get('key') },
  })
  const filters = query.getAll('filter').flatMap(text => {
    const read = filtersOfText(text)
    if (read !== null) return read
    throw invalidMember(
      'filter',
      'must be PATH=VALUE such as $.sender=anna, or a filter of subscriptions as JSON',
    )
  })
  const compiled = compileFilters(filtersForTopic(filters, contentType), contentType)
  if (compiled !== null && 'problem' in compiled) throw invalidMember('filter', compiled.problem)
  return { partition, keys: key === null ? null : keyBytes(key), filters: compiled }
}
