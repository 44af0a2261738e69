import { describe, expect, it } from 'vitest'
import { isForbidden, problemOf, problemsBelow } from './problem.js'

describe('a refusal', () => {
  it('tells what is wrong at which field', () => {
    const problem = problemOf(400, {
      ...{ status: 400, code: 'VALIDATION_ERROR', detail: 'two things', fix: 'mend them' },
      errors: [
        { detail: 'must not be null', pointer: '/name' },
        { detail: 'too large', pointer: '/retentionTime/duration' },
      ],
    })

    expect(problem).toMatchObject({
      status: 400,
      code: 'VALIDATION_ERROR',
      message: 'two things',
      fix: 'mend them',
    })
    expect([...problem.fields]).toEqual([
      ['/name', 'must not be null'],
      ['/retentionTime/duration', 'too large'],
    ])
  })

  it("is understood in Hermes' form", () => {
    const problem = problemOf(404, { message: 'Topic a.b does not exist', code: 'TOPIC_NOT_EXISTS' })

    expect(problem.message).toBe('Topic a.b does not exist')
    expect([...problem.fields]).toEqual([['', 'Topic a.b does not exist']])
  })

  it('is placed where the body stands in what a person writes', () => {
    const { fields } = problemOf(400, { detail: 'no schema', pointer: '/type' })

    expect([...problemsBelow('/schema', fields)]).toEqual([['/schema/type', 'no schema']])
    expect(problemsBelow('', fields)).toBe(fields)
  })

  it('of something in between is told by its status', () => {
    expect(problemOf(502, null)).toMatchObject({ code: 'HTTP 502', message: 'Management answered 502' })
  })
})

it.each([
  [401, 'UNAUTHENTICATED', true],
  [403, 'OTHER', true],
  [403, 'TOPIC_NOT_EMPTY', false],
  [404, 'OTHER', false],
])('is one that another key may lift: %i %s is %s', (status, code, expected) => {
  expect(isForbidden(problemOf(status, { message: 'no', code }))).toBe(expected)
  expect(isForbidden(new Error('no'))).toBe(false)
})
