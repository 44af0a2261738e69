import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createPropagation, type PropagationOptions } from './propagation.js'
import type { RecordHeader } from './publication.js'

const defaults: PropagationOptions = {
  isEnabled: true,
  allowed: ['trace-id', 'traceparent'],
  isInKafkaHeaders: true,
  kafkaHeaderPrefix: 'h-',
  alsoTraced: [],
}

function request(rawHeaders: readonly string[]): IncomingMessage {
  const headers: Record<string, string> = {}
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers[(rawHeaders[index] as string).toLowerCase()] ??= rawHeaders[index + 1] as string
  return { rawHeaders, headers } as unknown as IncomingMessage
}

function collect(
  options: Partial<PropagationOptions>,
  rawHeaders: readonly string[],
  comesFromTopic = false,
): { map: Record<string, string>; record: [string, string][] } {
  const record: RecordHeader[] = []
  const map = createPropagation({ ...defaults, ...options }).collect(
    request(rawHeaders),
    comesFromTopic,
    record,
  )
  return { map: { ...map }, record: record.map(([name, value]) => [name, value.toString('latin1')]) }
}

describe('propagation of headers', () => {
  it('takes named headers in the spelling of the sender, to the envelope and to Kafka', () => {
    const { map, record } = collect({}, ['Host', 'x', 'Trace-ID', 't1', 'X-Other', 'o'])

    expect(map).toEqual({ 'Trace-ID': 't1' })
    expect(record).toEqual([['h-Trace-ID', 't1']])
  })

  it('takes the routing key and the version without being told to', () => {
    const sent = ['routing-key', 'a.b', 'Version', '3', 'Versions', '4', 'Routing-Key', 'c']

    expect(collect({}, sent).map).toEqual({ 'routing-key': 'a.b', Version: '3' })
    expect(collect({ isEnabled: false }, sent).map).toEqual({})
  })

  const chained = [
    'Iris-Hops',
    '2',
    'Iris-Origin-Message-Id',
    'm1',
    'Iris-Forward-Seal',
    's',
    'trace-id',
    't',
  ]
  const chain = { 'Iris-Hops': '2', 'Iris-Origin-Message-Id': 'm1' }
  const settings: Partial<PropagationOptions>[] = [
    ...[{}, { isEnabled: false }, { allowed: ['x-other'] }, { allowed: [] }],
    { allowed: ['trace-id', 'iris-hops', 'iris-origin-message-id', 'iris-forward-seal'] },
  ]

  it.each(settings)(
    'takes what bounds a chain of topics from forwards, whatever else travels: %j',
    options => {
      const { map } = collect(options, chained, true)

      expect(map).toMatchObject(chain)
      expect(map).not.toHaveProperty('Iris-Forward-Seal')
    },
  )

  it.each(settings)('takes it from no publisher: %j', options => {
    const { map } = collect(options, chained)

    expect(Object.keys(map).filter(name => name.startsWith('Iris-'))).toEqual([])
  })

  it('takes the first value of a repeated header', () => {
    expect(collect({}, ['trace-id', 'first', 'Trace-Id', 'second']).map).toEqual({ 'trace-id': 'first' })
  })

  it('takes names of the list in any spelling', () => {
    expect(collect({ allowed: ['Trace-Id'] }, ['trace-id', 'v']).map).toEqual({ 'trace-id': 'v' })
  })

  it('skips empty values of named headers and keeps them where all travel', () => {
    expect(collect({}, ['trace-id', '']).map).toEqual({})
    expect(collect({ allowed: [] }, ['x-empty', '']).map).toEqual({ 'x-empty': '' })
  })

  it.each([
    'Connection',
    'Keep-Alive',
    'Transfer-Encoding',
    'TE',
    'Upgrade',
    'Proxy-Authorization',
    'Host',
    'Content-Type',
    'Content-Length',
    'Authorization',
    'Cookie',
    'Expect',
    'Hermes-Message-Id',
  ])('never takes %s where all travel, but does when it is named', name => {
    expect(collect({ allowed: [] }, [name, 'secret', 'x-mine', 'v']).map).toEqual({ 'x-mine': 'v' })
    expect(collect({ allowed: [name.toLowerCase()] }, [name, 'secret']).map).toEqual({ [name]: 'secret' })
  })

  it('takes nothing when it is off', () => {
    expect(collect({ isEnabled: false, allowed: [] }, ['x', 'y'])).toEqual({ map: {}, record: [] })
  })

  it('leaves Kafka headers alone when they are switched off', () => {
    expect(collect({ isInKafkaHeaders: false }, ['trace-id', 'v'])).toEqual({
      map: { 'trace-id': 'v' },
      record: [],
    })
  })

  it('treats `__proto__` as a name like any other', () => {
    const record: RecordHeader[] = []
    const map = createPropagation({ ...defaults, allowed: [] }).collect(
      request(['__proto__', 'v']),
      false,
      record,
    )

    expect(JSON.stringify(map)).toBe('{"__proto__":"v"}')
    expect(Object.keys(record)).toHaveLength(1)
  })

  it('keeps the bytes of a value', () => {
    const record: RecordHeader[] = []
    const utf8AsBytes = Buffer.from('é→').toString('latin1')

    createPropagation(defaults).collect(request(['trace-id', utf8AsBytes]), false, record)

    expect(record[0]?.[1].toString('utf8')).toBe('é→')
  })
})

describe('what a trace shows of a request', () => {
  const described = (options: Partial<PropagationOptions>): string =>
    createPropagation({ ...defaults, ...options }).described(
      request(['Trace-Id', 't1', 'X-Team', 'billing', 'Authorization', 'secret', 'X-Other', 'o']),
      false,
    )

  it.each<[string, Partial<PropagationOptions>, string]>([
    ['headers that travel', {}, 'Trace-Id: t1'],
    ['those named for it too', { alsoTraced: ['x-team'] }, 'Trace-Id: t1\nX-Team: billing'],
    ['only those where none travel', { isEnabled: false, alsoTraced: ['x-team'] }, 'X-Team: billing'],
    ['nothing where none is named', { isEnabled: false }, ''],
  ])('is %s', (_what, options, expected) => {
    expect(described(options)).toBe(expected)
  })
})
