import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { createVerify, type SignatureHeaders } from './signature.js'
import { keys } from './testing/signed.js'

const nowMs = 1_795_000_000_000
const body = Buffer.from('{"text":"ä"}')

const signed = (atMs = nowMs, key: string = keys[0]): SignatureHeaders => ({
  id: 'm1',
  timestamp: String(Math.floor(atMs / 1000)),
  signature: new Webhook(key).sign('m1', new Date(atMs), body.toString()),
})

describe('a signature', () => {
  const verify = createVerify(keys)

  it('of the official library is good, by the old and by the new key', () => {
    expect(verify(signed(), body, nowMs)).toBeNull()
    expect(verify(signed(nowMs, keys[1]), body, nowMs)).toBeNull()
  })

  it('is found among several, those of other versions and of keys unknown here', () => {
    const { signature } = signed()
    const several = { ...signed(), signature: `v1a,xyz v1,AAAA ${signature}` }

    expect(verify(several, body, nowMs)).toBeNull()
  })

  it.each([
    ['another body', {}, Buffer.from('{"text":"a"}')],
    ['another id', { id: 'm2' }, body],
    ['another time', { timestamp: String(nowMs / 1000 + 1) }, body],
    ['no version', { signature: signed().signature?.slice(3) ?? '' }, body],
    ['a cut signature', { signature: signed().signature?.slice(0, -1) ?? '' }, body],
    ['an empty one', { signature: '' }, body],
  ])('does not cover %s', (_what, changes, bytes) => {
    expect(verify({ ...signed(), ...changes }, bytes, nowMs)).toBe('signature is wrong')
  })

  it('of a key that is not ours is wrong', () => {
    expect(createVerify([keys[1]])(signed(), body, nowMs)).toBe('signature is wrong')
  })

  it('beyond the sixteenth is not looked at', () => {
    const late = { ...signed(), signature: 'v1,AAAA '.repeat(16) + String(signed().signature) }

    expect(verify(late, body, nowMs)).toBe('signature is wrong')
  })

  it.each([
    [300_000, null],
    [301_000, 'timestamp is too old or too new'],
    [-300_000, null],
    [-301_000, 'timestamp is too old or too new'],
  ])('made %d ms ago is %s', (agoMs, problem) => {
    expect(verify(signed(nowMs - agoMs), body, nowMs)).toBe(problem)
  })

  it('with a time that is no number is refused, though a key has signed it', () => {
    const anyTime = new Webhook(keys[0])
    const signature = anyTime.sign('m1', new Date(nowMs), body.toString())

    expect(verify({ id: 'm1', timestamp: 'soon', signature }, body, nowMs)).toBe('signature is wrong')
  })

  it.each(['id', 'timestamp', 'signature'])('without the header %s is none', name => {
    expect(verify({ ...signed(), [name]: null }, body, nowMs)).toBe('unsigned')
  })
})

describe('keys', () => {
  it.each(['secret', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(88)}`, 'whsec_***'])(
    'such as %s are refused by their place alone',
    key => {
      const text = 'keys[1] must be whsec_ and 24 to 64 bytes as base64, as Iris gave it'
      expect(() => createVerify([keys[0], key])).toThrow(new TypeError(text))
    },
  )

  it('are needed', () => {
    expect(() => createVerify([])).toThrow('1 to 16')
  })
})
