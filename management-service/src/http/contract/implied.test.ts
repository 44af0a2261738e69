import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { dryRunAnswerShape } from '../../rehearsal/answer.js'
import { json, nothing, type RouteContract } from './contract.js'
import { withDryRun } from './implied.js'
import { errorsOf } from './implied-errors.js'

const contract = (more: Partial<RouteContract>): RouteContract => ({
  summary: 'Changes a thing',
  right: 'admin',
  answers: { 200: nothing },
  ...more,
})
const told = {
  ...{ dryRun: true, status: 200, changes: [], schemas: { register: [], remove: [] } },
  kafka: { create: [], alter: [], delete: [], commit: [], deleteGroups: [], append: [], deleteRecords: [] },
}

describe('the answers of a route that can be rehearsed', () => {
  it('have the dry run beside a creation', () => {
    const { answers, query } = withDryRun('POST /things', contract({ answers: { 201: nothing } }))

    expect(answers[200]?.content['application/json']?.schema).toBe(dryRunAnswerShape)
    expect(query['dryRun']?.safeParse('true').success).toBe(true)
  })

  it('promise no content where the change itself is answered without', () => {
    const { answers } = withDryRun('PUT /things/:thing', contract({}))

    expect(answers[200]).toEqual({
      content: {},
      description: 'Done. With `dryRun=true`: what would change, as `DryRun`',
    })
  })

  it('are either, where the change has an answer of its own', () => {
    const own = contract({ answers: { 200: json(z.object({ id: z.string() })) } })
    const schema = withDryRun('DELETE /things/:thing', own).answers[200]?.content['application/json']?.schema

    expect(schema?.safeParse(told).success).toBe(true)
    expect(schema?.safeParse({ id: 'a' }).success).toBe(true)
    expect(schema?.safeParse({ name: 'a' }).success).toBe(false)
  })

  it('stay as they are where nothing is rehearsed', () => {
    const asking = contract({ onlyAsks: true })

    expect(withDryRun('POST /things', asking)).toEqual({ query: {}, answers: asking.answers })
    expect(withDryRun('GET /things', contract({}))).toEqual({ query: {}, answers: { 200: nothing } })
  })
})

describe('a mistyped dryRun', () => {
  it.each([
    ['DELETE /things', {}, true],
    ['POST /things', { hasNoDryRun: true }, true],
    ['POST /things', { onlyAsks: true }, false],
    ['GET /things', {}, false],
  ] as const)('is a refusal of %s with %j: %s', (key, more, isRefused) => {
    const codes = errorsOf(key, contract(more)).get(400) ?? []

    expect(codes.includes('VALIDATION_ERROR')).toBe(isRefused)
  })
})
