import { describe, expect, it } from 'vitest'
import type { DeliveryPlan } from '../plan.js'
import { prepareBatchHeaders, prepareHeaders, type HeaderLines, type HeaderParts } from './headers.js'

const fixed = (header: string | null): HeaderParts['authorization'] => ({ version: 0, header: () => header })

function lines(
  plan: Partial<DeliveryPlan>,
  attempt: { id?: string; retries?: number; propagated?: string[] } = {},
): { lines: [string, string][]; dropped: number } {
  let dropped = 0
  const base = {
    topic: 'g.t',
    subscription: 's',
    authorization: null,
    oAuth: null,
    fixedHeaders: [],
    hasIdentityHeaders: false,
  }
  const parts = { authorization: fixed(plan.authorization ?? null), dropped: () => void dropped++ }
  const prepared = prepareHeaders({ ...base, ...plan } as unknown as DeliveryPlan, parts)
  const flat = prepared.of(attempt.id ?? 'id-1', attempt.retries ?? 0, attempt.propagated ?? null)
  const pairs = flat.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, flat[index + 1]!]] : [],
  )
  return { lines: pairs, dropped }
}

describe('the header lines of a delivery', () => {
  it('stand in the order of the contract', () => {
    const { lines: all } = lines(
      {
        authorization: 'Basic abc',
        hasIdentityHeaders: true,
        fixedHeaders: [{ name: 'X-Fixed', value: 'f' }],
      },
      { retries: 3, propagated: ['Trace-Id', 't', 'Trace-Id', 'u'] },
    )

    expect(all).toEqual([
      ['Trace-Id', 't'],
      ['Trace-Id', 'u'],
      ['User-Agent', 'Iris'],
      ['Content-Type', 'application/json'],
      ['Authorization', 'Basic abc'],
      ['Hermes-Message-Id', 'id-1'],
      ['Hermes-Retry-Count', '3'],
      ['Hermes-Topic-Name', 'g.t'],
      ['Hermes-Subscription-Name', 's'],
      ['X-Fixed', 'f'],
    ])
  })

  it('change with message and attempt, and with nothing else', () => {
    const one = lines({}, { id: 'a', retries: 1 })
    const other = lines({}, { id: '', retries: 0 })

    expect(Object.fromEntries(one.lines)).toMatchObject({
      'Hermes-Message-Id': 'a',
      'Hermes-Retry-Count': '1',
    })
    expect(Object.fromEntries(other.lines)).toMatchObject({
      'Hermes-Message-Id': '',
      'Hermes-Retry-Count': '0',
    })
  })

  it('let a fixed header replace ours of any case, and the last of two fixed ones win', () => {
    const fixedHeaders = [
      { name: 'content-type', value: 'text/plain' },
      { name: 'X-A', value: '1' },
      { name: 'x-a', value: '2' },
      { name: 'Hermes-Message-Id', value: 'fixed' },
    ]
    const { lines: all } = lines({ fixedHeaders }, { id: 'real', retries: 2 })

    expect(all).toEqual([
      ['User-Agent', 'Iris'],
      ['Hermes-Retry-Count', '2'],
      ['content-type', 'text/plain'],
      ['x-a', '2'],
      ['Hermes-Message-Id', 'fixed'],
    ])
  })

  it('send both a fixed header and the publisher’s of the same name, the publisher’s first', () => {
    const { lines: all } = lines(
      { fixedHeaders: [{ name: 'X-A', value: 'fixed' }] },
      { propagated: ['X-A', 'sent'] },
    )

    expect(all.filter(([name]) => name === 'X-A')).toEqual([
      ['X-A', 'sent'],
      ['X-A', 'fixed'],
    ])
  })

  it('do not let a publisher set what is ours to set', () => {
    const propagated = [
      'hermes-message-id',
      'forged',
      'CONTENT-TYPE',
      'text/html',
      'User-Agent',
      'curl',
      'X',
      '1',
    ]
    const { lines: all } = lines({}, { propagated })

    expect(all.filter(([name]) => /forged|html|curl/.test(name))).toEqual([])
    expect(all[0]).toEqual(['X', '1'])
    expect(all).toHaveLength(5)
  })

  it('leave out and count what HTTP cannot carry', () => {
    const fixedHeaders = [
      { name: 'Keep-Alive', value: 'true' },
      { name: 'Transfer-Encoding', value: 'chunked' },
      { name: 'Content-Length', value: '5' },
      { name: 'X-Bad', value: 'a\nb' },
      { name: 'X Bad', value: 'a' },
      { name: 'X-Good', value: 'a' },
    ]
    const { lines: all, dropped } = lines({ fixedHeaders }, { id: 'bad\r\nid' })

    expect(dropped).toBe(6)
    expect(Object.fromEntries(all)).toMatchObject({ 'X-Good': 'a', 'Hermes-Message-Id': '' })
  })
})

describe('the header lines of a subscription with OAuth', () => {
  const withOAuth = (
    fixedHeaders: object[] = [],
  ): { lines: HeaderLines; token: { value: string | null } } => {
    const token = { value: null as string | null, version: 0 }
    const plan = { topic: 'g.t', subscription: 's', oAuth: {}, fixedHeaders, hasIdentityHeaders: false }
    const authorization = {
      get version() {
        return token.version
      },
      header: () => (token.value === null ? null : `Bearer ${token.value}`),
    }
    const parts = { authorization, dropped: () => undefined }
    return {
      lines: prepareHeaders(plan as unknown as DeliveryPlan, parts),
      token: {
        get value() {
          return token.value
        },
        set value(next) {
          token.value = next
          token.version++
        },
      },
    }
  }

  it('carry each token from the moment it is there', () => {
    const { lines, token } = withOAuth()
    expect(lines.of('id', 0, null)).not.toContain('Authorization')
    token.value = 'one'
    expect(lines.of('id', 0, null).slice(4, 6)).toEqual(['Authorization', 'Bearer one'])
    token.value = 'two'

    expect(lines.of('id', 0, null)).toContain('Bearer two')
    expect(lines.of('id', 0, null)).not.toContain('Bearer one')
    expect(lines.of('id-2', 7, null)).toEqual(expect.arrayContaining(['id-2', '7']))
  })

  it('let no publisher take the place of a token that is still missing', () => {
    const { lines } = withOAuth()

    expect(lines.of('id', 0, ['Authorization', 'Bearer forged'])).not.toContain('Bearer forged')
  })

  it('give way to a fixed header', () => {
    const { lines, token } = withOAuth([{ name: 'authorization', value: 'Fixed' }])
    token.value = 'one'

    expect(lines.of('id', 0, null)).toContain('Fixed')
    expect(lines.of('id', 0, null)).not.toContain('Bearer one')
  })
})

describe('the header lines of a batch', () => {
  const lines = (plan: Partial<DeliveryPlan>): readonly string[] => {
    const base = { topic: 'g.t', subscription: 's', oAuth: null, fixedHeaders: [], hasIdentityHeaders: true }
    const withAuthorization = { ...base, authorization: 'Basic abc', ...plan } as unknown as DeliveryPlan
    const parts = { authorization: fixed('Basic abc'), dropped: () => undefined }
    return prepareBatchHeaders(withAuthorization, parts).of('batch-1', 3)
  }

  it('name the batch instead of a message, and are the same otherwise', () => {
    expect(lines({})).toEqual([
      ...['User-Agent', 'Iris'],
      ...['Content-Type', 'application/json'],
      ...['Authorization', 'Basic abc'],
      ...['Hermes-Batch-Id', 'batch-1'],
      ...['Hermes-Retry-Count', '3'],
      ...['Hermes-Topic-Name', 'g.t'],
      ...['Hermes-Subscription-Name', 's'],
    ])
  })

  it('give way to fixed ones', () => {
    const fixedHeaders = [
      { name: 'hermes-batch-id', value: 'fixed' },
      { name: 'Content-Type', value: 'text/plain' },
    ]
    const all = lines({ fixedHeaders })

    expect(all.slice(-4)).toEqual(['hermes-batch-id', 'fixed', 'Content-Type', 'text/plain'])
    expect(all).not.toContain('batch-1')
    expect(all).not.toContain('application/json')
  })
})
