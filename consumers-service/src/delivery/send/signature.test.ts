import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signingKeyText } from '@iris/common/domain/signing'
import { createSign } from './signature.js'

const [present, former, other] = [32, 24, 64].map(bytes => signingKeyText(randomBytes(bytes))) as [
  string,
  string,
  string,
]

/** What the library of Standard Webhooks says. */
const isVerified = (key: string, lines: readonly string[], body: string): boolean => {
  const headers: Record<string, string> = {}
  for (let at = 0; at < lines.length; at += 2) headers[lines[at] ?? ''] = lines[at + 1] ?? ''
  try {
    new Webhook(key).verify(body, headers)
    return true
  } catch {
    return false
  }
}

describe('a signature', () => {
  const body = '{"order":17,"text":"ä"}'
  const lines = createSign({ keys: [present, former] })?.('m-1', Date.now(), Buffer.from(body)) ?? []

  it('is verified by every key of the subscription, and by no other', () => {
    expect([present, former, other].map(key => isVerified(key, lines, body))).toEqual([true, true, false])
  })

  it('is over body, id and time', () => {
    const changed = (name: string, value: string): readonly string[] =>
      lines.map((line, at) => (lines[at - 1] === name ? value : line))

    expect(isVerified(present, lines, `${body} `)).toBe(false)
    expect(isVerified(present, changed('webhook-id', 'm-2'), body)).toBe(false)
    const later = String(Number(lines[3]) + 1)
    expect(isVerified(present, changed('webhook-timestamp', later), body)).toBe(false)
  })

  it('is none without keys', () => {
    expect([createSign(null), createSign({ keys: [] })]).toEqual([null, null])
  })

  it('follows the example of the specification', () => {
    const sign = createSign({ keys: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] })

    expect(
      sign?.('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_999, Buffer.from('{"test": 2432232314}')),
    ).toEqual([
      ...['webhook-id', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp', '1614265330'],
      ...['webhook-signature', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ])
  })
})
