import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { waysPlan } from '../correct-ways.js'
import { kinds, messageStates, subscriptionStates } from '../records.js'
import { outcomeOf, type Outcome } from './judgement.js'
import { gatherTries, type Tries } from './keyed-tries.js'
import { statusOf } from './status-answer.js'
import type { Reply } from './exchange.js'

const reply = (status: number, body: object = {}, isUnsent = false): Reply => ({
  status,
  headers: { 'hermes-message-id': 'm1' },
  body: JSON.stringify(body),
  isUnsent,
})

describe('an answer', () => {
  it.each([
    [201, {}, kinds.ok],
    [202, {}, kinds.unknown],
    [400, { code: 'VALIDATION_ERROR' }, kinds.refused],
    [408, { code: 'TIMEOUT' }, kinds.unknown],
    [503, { code: 'MESSAGE_NOT_SENT' }, kinds.refused],
    [503, { code: 'SENDING_TO_KAFKA_TIMEOUT' }, kinds.unknown],
    [503, { code: 'SPOOL_UNCLEAR' }, kinds.unknown],
    [507, { code: 'SPOOL_FULL' }, kinds.refused],
    [500, { code: 'INTERNAL_ERROR' }, kinds.unknown],
    [0, {}, kinds.unknown],
  ])('with %i and %j says what it says, and no more', (status, body, kind) => {
    expect(outcomeOf(reply(status, body)).kind).toBe(kind)
  })

  it('with 202 is as good as 201 where it was asked for', () => {
    expect(outcomeOf(reply(202), [201, 202])).toEqual({ kind: kinds.ok, status: 202, messageId: 'm1' })
  })

  it('of nobody leaves the message surely not stored', () => {
    expect(outcomeOf(reply(0, {}, true)).kind).toBe(kinds.refused)
  })
})

describe('several tries with one key', () => {
  const of = (kind: number, status: number): Outcome => ({
    kind,
    status,
    messageId: kind === kinds.ok ? 'm' : '',
  })
  const stored = of(kinds.ok, 201)
  const unknown = of(kinds.unknown, 503)
  const refused = of(kinds.refused, 503)
  const busy = of(kinds.refused, 409)
  const invalid = of(kinds.refused, 400)
  const all = (...outcomes: Outcome[]): Tries =>
    outcomes.reduce<Tries>((before, each) => gatherTries(before, [each]), gatherTries(null, []))

  const untilFirst = (outcomes: readonly Outcome[], last: Outcome): readonly Outcome[] =>
    outcomes.includes(last) ? outcomes.slice(0, outcomes.indexOf(last) + 1) : outcomes

  it('are over with the first 201, and with a refusal for good', () => {
    expect(all(unknown, stored)).toEqual({ outcome: stored, isOver: true })
    expect(all(invalid).isOver).toBe(true)
    expect(all(refused).isOver).toBe(false)
  })

  it('may have stored the message once one of them may have, or was in the way of another', () => {
    expect(all(refused, refused).outcome.kind).toBe(kinds.refused)
    expect(all(unknown, refused).outcome.kind).toBe(kinds.unknown)
    expect(all(busy).outcome.kind).toBe(kinds.unknown)
  })

  it('are never told surely not stored after an unknown one, in any order', () => {
    const tries = fc.array(fc.constantFrom(stored, unknown, refused, busy, invalid), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(tries, outcomes => {
        const made = untilFirst(outcomes, stored)
        const { kind } = all(...made).outcome
        if (made.includes(stored)) return kind === kinds.ok
        return kind === (made.includes(unknown) || made.includes(busy) ? kinds.unknown : kinds.refused)
      }),
    )
  })
})

describe('the status of a message', () => {
  it('is read with the place of the message and every subscription', () => {
    const body = {
      topic: 'ways.topic',
      status: 'DELIVERED',
      partition: 1,
      offset: 7,
      subscriptions: { plain: 'SETTLED' },
    }

    expect(statusOf(reply(200, body), waysPlan)).toEqual({
      state: messageStates.DELIVERED,
      partition: 1,
      offset: 7,
      subscriptions: [{ subscription: 0, state: subscriptionStates.SETTLED }],
    })
  })

  it('is not known, or was not told', () => {
    expect(statusOf(reply(404), waysPlan)?.state).toBe(messageStates.NOT_KNOWN)
    expect(statusOf(reply(503), waysPlan)).toBeNull()
  })
})
