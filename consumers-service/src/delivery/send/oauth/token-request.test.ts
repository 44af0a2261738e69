import { describe, expect, it } from 'vitest'
import type { OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { OAuthPolicy } from '@iris/common/domain/subscription-form'
import type { AttemptResult } from '@iris/common/http/client'
import { formOf, isTold, readTokenAnswer } from './token-request.js'

const provider = { clientId: 'hermes', clientSecret: 's3cret & more' } as OAuthProvider
const policy: OAuthPolicy = {
  ...{ grantType: 'clientCredentials', providerName: 'idp' },
  ...{ scope: null, username: 'user', password: 'pa55' },
}
const answer = (status: number, body: unknown): AttemptResult => ({
  ...{ kind: 'answer', status, retryAfter: null, verdict: null },
  body: body === undefined ? null : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})

describe('the form of a request for a token', () => {
  it('holds the client, and neither user nor password that the grant does not need', () => {
    expect(formOf(provider, policy).toString()).toBe(
      'grant_type=client_credentials&client_id=hermes&client_secret=s3cret+%26+more',
    )
  })

  it('holds user, password and scope of the password grant', () => {
    const asked = formOf(provider, { ...policy, grantType: 'password', scope: 'read write' })

    expect(Object.fromEntries(new URLSearchParams(asked.toString()))).toEqual({
      grant_type: 'password',
      scope: 'read write',
      client_id: 'hermes',
      client_secret: 's3cret & more',
      username: 'user',
      password: 'pa55',
    })
  })
})

describe('the answer to a request for a token', () => {
  it.each([
    [{ access_token: 'abc', expires_in: 60 }, 60_000],
    [{ access_token: 'abc', expires_in: '60', token_type: 'bearer' }, 60_000],
    [{ access_token: 'abc' }, null],
    [{ access_token: 'abc', expires_in: 0 }, null],
    [{ access_token: 'abc', expires_in: -1 }, null],
    [{ access_token: 'abc', expires_in: 'soon' }, null],
  ])('%j is a token that lives %s ms', (body, lifetimeMs) => {
    expect(readTokenAnswer(answer(200, body))).toEqual({ kind: 'token', token: 'abc', lifetimeMs })
  })

  it.each([
    [answer(200, 'no json'), 'its answer is not a JSON object'],
    [answer(200, []), 'its answer is not a JSON object'],
    [answer(200, undefined), 'its answer is not a JSON object'],
    [answer(200, { token: 'abc' }), 'its answer has no access_token'],
    [answer(200, { access_token: 'a\r\nX: y' }), 'its access_token cannot stand in a header'],
    [answer(200, { access_token: '' }), 'its access_token cannot stand in a header'],
    [answer(200, { access_token: 'x'.repeat(8_193) }), 'its access_token cannot stand in a header'],
    [answer(201, { access_token: 'abc' }), 'it answered 201'],
    [answer(302, undefined), 'it answered 302'],
    [answer(401, { error: 'invalid_client' }), 'it answered 401 (invalid_client)'],
    [answer(400, { error: 's3cret', error_description: 's3cret' }), 'it answered 400'],
    [
      { kind: 'timeout', afterMs: 500, detail: 'Total timeout 500 ms elapsed' },
      'Total timeout 500 ms elapsed',
    ],
    [{ kind: 'error', detail: 'connect ECONNREFUSED', isOurFault: false }, 'connect ECONNREFUSED'],
    [{ kind: 'forbidden', detail: 'it is loopback' }, 'it is loopback'],
  ] as [AttemptResult, string][])('%j is none: %s', (result, problem) => {
    expect(readTokenAnswer(result)).toMatchObject({ kind: 'none', problem })
  })

  it('may ask for time', () => {
    const busy: AttemptResult = {
      ...(answer(503, undefined) as { kind: 'answer' }),
      retryAfter: '7',
    } as never

    expect(readTokenAnswer(busy)).toMatchObject({ kind: 'none', retryAfter: '7' })
  })

  it('is read where its body says something', () => {
    expect([200, 400, 401, 201, 500].map(isTold)).toEqual([true, true, true, false, false])
  })
})
