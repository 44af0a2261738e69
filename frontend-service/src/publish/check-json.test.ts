import { describe, expect, it } from 'vitest'
import { compileJsonSchema, type JsonValidator } from '@iris/common/schema/json/validator'
import type { JsonRules } from '../topics/schema-book.js'
import { checkBySchema } from './check-json.js'

const compiled = (type: string): JsonValidator => {
  const validator = compileJsonSchema(JSON.stringify({ properties: { a: { type } } }))
  if ('problem' in validator) throw new Error(validator.problem)
  return validator
}
const rules: JsonRules = {
  ...{ mode: 'enforce', latest: 2 },
  versions: new Map([
    [1, compiled('integer')],
    [2, compiled('string')],
  ]),
}
const said = (body: string, version?: string, by = rules): string => {
  const headers = version === undefined ? {} : { 'schema-version': version }
  const error = checkBySchema(by, { headers, rawHeaders: [] }, Buffer.from(body))
  return error === null ? 'fits' : `${error.status} ${error.code}: ${error.message}`
}

describe('a message of a topic with a JSON Schema', () => {
  it.each<[string, string | undefined, string]>([
    ['{"a":"x"}', undefined, 'fits'],
    ['\ufeff{"a":"x"}', undefined, 'fits'],
    ['{"a":1}', '1', 'fits'],
    ['{"a":"x"}', 'latest', 'fits'],
    ['{"a":1}', undefined, '400 VALIDATION_ERROR: Invalid message: /a must be string'],
    ['{"a":"x"}', '1', '400 VALIDATION_ERROR: Invalid message: /a must be integer'],
    ['{"a":"x"}', '3', "400 SCHEMA_VERSION_DOES_NOT_EXIST: Given schema version '3' does not exist"],
    ['nope', undefined, '400 VALIDATION_ERROR: Invalid message: / must be JSON'],
    ['['.repeat(100_000), undefined, '400 VALIDATION_ERROR: Invalid message: / must be JSON'],
  ])('%j, version %s: %s', (body, version, expected) => {
    expect(said(body, version)).toBe(expected)
  })

  it('is a 500 where its latest version is not known, and names the first bad place to who asks', () => {
    expect(said('{}', undefined, { ...rules, latest: null })).toBe(
      '500 SCHEMA_COULD_NOT_BE_LOADED: Missing schema',
    )
    const error = checkBySchema(rules, { headers: {}, rawHeaders: [] }, Buffer.from('{"a":1}'))
    expect(error?.about).toEqual({ pointer: '/a' })
  })
})
