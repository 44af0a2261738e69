import { describe, expect, it } from 'vitest'
import { resultOf, type AttemptResult } from '../http/attempt.js'
import { causeOfAttempt, causeOfLetter, isFailureCause } from './failure-cause.js'

const failed = (message: string, code?: string): AttemptResult =>
  resultOf(Object.assign(new Error(message), code === undefined ? {} : { code }))
const answer = (status: number): AttemptResult => ({
  ...{ kind: 'answer', status, retryAfter: null, verdict: null, body: null },
})

describe('the cause of an attempt that failed', () => {
  it.each<[AttemptResult, string]>([
    [answer(503), '503'],
    [{ kind: 'timeout', afterMs: 5, detail: 'Total timeout 5 ms elapsed' }, 'timeout'],
    [failed('Connect Timeout Error (attempted address: a:1, timeout: 5ms)', 'ETIMEDOUT'), 'timeout'],
    [failed('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'), 'connectionRefused'],
    [failed('', 'ECONNREFUSED'), 'connectionRefused'],
    [failed('read ECONNRESET', 'ECONNRESET'), 'connectionLost'],
    [failed('other side closed', 'UND_ERR_SOCKET'), 'connectionLost'],
    [failed('connect EHOSTUNREACH 10.0.0.1:80', 'EHOSTUNREACH'), 'unreachable'],
    [failed('nobody.invalid has no address', 'ENOTFOUND'), 'nameNotFound'],
    [failed('the DNS servers of a.example do not answer', 'ETIMEOUT'), 'nameNotFound'],
    [failed('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
    [failed('write EPROTO 0:error:0A:SSL routines:f:wrong version number:file.c', 'EPROTO'), 'tls'],
    [failed('This endpoint may not be called: private', 'FORBIDDEN_ADDRESS'), 'forbidden'],
    [failed('open EMFILE', 'EMFILE'), 'ownFault'],
    [
      failed('Client network socket disconnected before secure TLS connection was established', 'ECONNRESET'),
      'connectionLost',
    ],
    [
      failed('Stream closed with error code NGHTTP2_INTERNAL_ERROR', 'ERR_HTTP2_STREAM_ERROR'),
      'connectionLost',
    ],
    [failed('Session closed with error code 2', 'ERR_HTTP2_SESSION_ERROR'), 'connectionLost'],
    [failed('something new'), 'other'],
  ])('%j is %s', (result, cause) => {
    expect(causeOfAttempt(result)).toBe(cause)
    expect(isFailureCause(cause)).toBe(true)
  })
})

describe('the cause of a dead letter', () => {
  const letter = (reason: string, lastStatus: number | null = null, cause = '') => ({
    class: 'expired' as const,
    cause,
    ...{ reason, lastStatus },
  })

  it.each([
    [letter('Message sending failed with status code: 404', 404), '404'],
    [letter("Message sending failed with status code: 500 (the receiver's verdict: deadLetter)", 500), '500'],
    [letter('connect ECONNREFUSED 127.0.0.1:1 (retry rule 0: deadLetter)'), 'connectionRefused'],
    [letter('its time to live ended before it could be tried again'), 'neverTried'],
    [letter('boom', 500), '500'],
    [letter('boom'), 'other'],
    [letter('boom', 500, 'tls'), 'tls'],
    [letter('boom', null, 'a word of another version'), 'other'],
    [letter('db.example may not be called: 10.0.0.1 is a private address', null), 'forbidden'],
    [letter('the DNS servers of a.example do not answer (retry rule 0: deadLetter)'), 'nameNotFound'],
    [letter('open EMFILE'), 'ownFault'],
    [letter('no DNS server answers (asked for a.example)'), 'ownFault'],
  ])('%j is %s', (facts, cause) => {
    expect(causeOfLetter(facts)).toBe(cause)
  })

  it('is that of the last attempt, though an earlier one was answered', () => {
    expect(causeOfLetter(letter('Total timeout 5 ms elapsed', 500))).toBe('timeout')
  })

  it('is no attempt where there was none', () => {
    expect(causeOfLetter({ ...letter('ECONNREFUSED in a filter'), class: 'pipeline', cause: 'tls' })).toBe(
      'unreadable',
    )
    expect(causeOfLetter({ ...letter('behind 0-1'), class: 'parked' })).toBe('parked')
    expect(causeOfLetter(null)).toBe('unreadable')
  })
})

describe('a word for a cause', () => {
  it.each(['99', '1000', 'timeouts', '', '5xx'])('is not %j', text => {
    expect(isFailureCause(text)).toBe(false)
  })
})
