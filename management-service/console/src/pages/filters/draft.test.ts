import { describe, expect, it } from 'vitest'
import { examplesOf, readDraft, withFilter } from './draft.js'

describe('a draft of filters', () => {
  it('is a list, and an empty text is an empty one', () => {
    expect(readDraft('[{"type":"exists"}]')).toEqual({ filters: [{ type: 'exists' }], problem: null })
    expect(readDraft(' ')).toEqual({ filters: [], problem: null })
  })

  it('says what keeps it from being one', () => {
    expect(readDraft('{}')).toEqual({ filters: null, problem: 'Filters are a list: [ … ]' })
    expect(readDraft('[').problem).not.toBeNull()
  })

  it('takes an example at its end', () => {
    const [first] = examplesOf('JSON')

    expect(readDraft(withFilter('[1]', first?.filter)).filters).toEqual([1, first?.filter])
    expect(readDraft(withFilter('no list', first?.filter)).filters).toEqual([first?.filter])
  })

  it('begins with examples that fit the content of the topic', () => {
    const types = (contentType: string | undefined): string => JSON.stringify(examplesOf(contentType))

    expect(types('AVRO')).toContain('{"type":"avropath","path":".status","matcher":"test"}')
    expect(types('AVRO')).not.toContain('jsonpath')
    expect(types(undefined)).not.toContain('avropath')
    expect(examplesOf('AVRO').map(({ label }) => label)).toEqual(examplesOf('JSON').map(({ label }) => label))
  })
})
