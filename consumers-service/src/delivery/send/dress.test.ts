import { HTTP, type CloudEvent } from 'cloudevents'
import { describe, expect, it } from 'vitest'
import type { Letter } from '../letter.js'
import type { SerialPlan } from '../plan.js'
import { createDress } from './dress.js'

const attributes = [
  ...['specversion', '1.0', 'id', 'e-1', 'source', '/shop', 'type', 'paid', 'subject', 'no-17'],
  ...['datacontenttype', 'application/json; charset=utf-8', 'myext', 'x'],
]

interface Dressed {
  readonly headers: Record<string, string>
  readonly names: readonly string[]
  readonly body: string
}

/** What goes out for a message, as the plan asks. */
function dressed(
  plan: Partial<SerialPlan>,
  content: Partial<Letter['content']> = {},
  body = '{"a" : 1.0}',
): Dressed {
  const full = {
    ...{ topic: 'acme.orders', subscription: 's', oAuth: null, signing: null, forwardsTo: null },
    ...{ fixedHeaders: [], hasIdentityHeaders: false },
    policy: { requestTimeoutMs: 1_000, socketTimeoutMs: 0 },
    ...plan,
  } as unknown as SerialPlan
  const letter = {
    ...{ attempts: 0, spans: null, headers: [], eventBody: Buffer.from('of an attempt before') },
    entry: { timestampMs: 0 },
    content: { messageId: 'm-1', propagated: null, event: null, body: Buffer.from(body), ...content },
  } as unknown as Letter
  createDress(full, {
    ...{ authorization: { version: 0, header: () => null }, clock: { now: () => 0 } },
    frontendAuthorization: '',
    seals: { of: () => 'seal' },
    dropped: () => undefined,
  })(letter)
  const names = letter.headers.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase())
  const values = letter.headers.filter((_, index) => index % 2 === 1)
  return {
    headers: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])),
    names,
    body: (letter.eventBody ?? letter.content.body).toString(),
  }
}

const read = ({ headers, body }: Dressed): CloudEvent<unknown> =>
  HTTP.toEvent({ headers, body }) as CloudEvent<unknown>

describe('what a subscriber gets', () => {
  it('is the message alone unless it asks for CloudEvents', () => {
    const { names, headers, body } = dressed({ cloudEvents: null }, { event: attributes })

    expect(body).toBe('{"a" : 1.0}')
    expect(headers['content-type']).toBe('application/json')
    expect(names.filter(name => name.startsWith('ce-'))).toEqual([])
  })

  it.each(['binary', 'structured'] as const)('in %s mode is the event that was published', cloudEvents => {
    const out = dressed({ cloudEvents }, { event: attributes })

    expect(read(out)).toMatchObject({
      ...{ specversion: '1.0', id: 'e-1', source: '/shop', type: 'paid', subject: 'no-17', myext: 'x' },
      ...{ datacontenttype: 'application/json; charset=utf-8', data: { a: 1 } },
    })
    expect(out.headers['hermes-message-id']).toBe('m-1')
    expect(out.body).toContain('{"a" : 1.0}')
  })

  it.each(['binary', 'structured'] as const)('in %s mode is an event of its topic otherwise', cloudEvents => {
    expect(read(dressed({ cloudEvents }))).toMatchObject({
      ...{ id: 'm-1', source: '/topics/acme.orders', type: 'acme.orders', time: '1970-01-01T00:00:00.000Z' },
      data: { a: 1 },
    })
  })

  it('names its form by the media type', () => {
    expect(dressed({ cloudEvents: 'binary' }, { event: attributes }).headers['content-type']).toBe(
      'application/json; charset=utf-8',
    )
    expect(dressed({ cloudEvents: 'structured' }).headers['content-type']).toBe(
      'application/cloudevents+json',
    )
  })

  it('keeps fixed headers, and has no attribute twice', () => {
    const fixedHeaders = [
      { name: 'Content-Type', value: 'application/own' },
      { name: 'Ce-MyExt', value: 'fixed' },
    ]
    const propagated = ['Ce-Id', 'another', 'Trace-Id', 't']
    const { names, headers } = dressed(
      { cloudEvents: 'binary', fixedHeaders },
      { event: attributes, propagated },
    )

    expect(new Set(names).size).toBe(names.length)
    expect(headers).toMatchObject({
      'content-type': 'application/own',
      'ce-myext': 'fixed',
      'ce-id': 'e-1',
      'trace-id': 't',
    })
  })

  it('is never broken JSON, whatever another writer put on the log', () => {
    const out = dressed({ cloudEvents: 'structured' }, {}, 'no json')

    expect(JSON.parse(out.body)).toMatchObject({ data_base64: Buffer.from('no json').toString('base64') })
  })
})
