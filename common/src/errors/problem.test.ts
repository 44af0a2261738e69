import { describe, expect, it } from 'vitest'
import { refusal } from './hermes-error.js'
import { prefersProblem, problemDetails, writeProblem } from './problem.js'

const id = '11111111-2222-4333-8444-555555555555'
const notFound = refusal('TOPIC_NOT_EXISTS', { topic: 'a.b' }, 'frontend')

describe('the body of a refusal', () => {
  it.each<[accept: string | undefined, isProblem: boolean]>([
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/json', false],
    ['application/*', false],
    ['application/problem+json', true],
    ['Application/Problem+JSON; charset=utf-8', true],
    ['application/json, application/problem+json', true],
    ['application/json;q=0.9, application/problem+json', true],
    ['application/problem+json;q=0.5, application/json', false],
    ['application/problem+json;q=0', false],
    ['application/problem+json;q=nothing', false],
    ['application/problem+jsonx', false],
    ['text/html, application/problem+json;q=0.1', true],
  ])('for Accept %j: problem details %s', (accept, isProblem) => {
    expect(prefersProblem(accept)).toBe(isProblem)
  })

  it("is Hermes' own unless asked otherwise", () => {
    expect(writeProblem(notFound, '*/*', id)).toEqual({
      contentType: 'application/json',
      body: '{"message":"Topic not found: a.b","code":"TOPIC_NOT_EXISTS"}',
    })
  })

  it('names the problem, the message and what helps', () => {
    const written = writeProblem(notFound, 'application/problem+json', id)

    expect(written.contentType).toBe('application/problem+json')
    expect(JSON.parse(written.body)).toEqual({
      type: 'urn:iris:error:topic-not-exists',
      title: 'Topic not exists',
      status: 404,
      detail: 'Topic not found: a.b',
      instance: `urn:uuid:${id}`,
      code: 'TOPIC_NOT_EXISTS',
      fix: 'Create the topic on management, or correct its name',
    })
  })

  it('names the field and the limit where they are known, and a fix of its own before that of the code', () => {
    const about = { field: 'Content-Type', limit: 3, fix: 'Do this' }
    const error = refusal('VALIDATION_ERROR', { problem: 'no' }, 'frontend', about)

    expect(problemDetails(error)).toMatchObject(about)
    expect(problemDetails(error)).not.toHaveProperty('instance')
    expect(problemDetails(refusal('VALIDATION_ERROR', { problem: 'no' }))).not.toHaveProperty('fix')
  })
})
