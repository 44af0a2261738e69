import { describe, expect, it } from 'vitest'
import type { Sender } from '../publish/sender.js'
import { createCallers } from './callers.js'
import { named, saidToBe, stranger } from './publisher.js'

const sender = (headers: Record<string, string>, more: Partial<Sender> = {}): Sender => ({
  ...{ sent: { headers, rawHeaders: [] }, announcedBytes: 1, address: '10.1.2.3' },
  ...more,
})
/** A gate that knows one credential, and counts how often it is asked. */
const gateOf = (right = 'right', asksWho = true) => {
  const gate = {
    ...{ asksWho, asked: 0 },
    nameOf: ({ sent, caller }: Sender) => {
      gate.asked++
      return (caller ?? sent).headers.authorization === right ? 'shop' : null
    },
  }
  return gate
}
const withoutHeader = () => createCallers({ publisherHeader: '' })
const curl = { 'user-agent': 'curl/8.5.0' }
const said = (name: string) => saidToBe(name, undefined, 'curl')

describe('a publisher', () => {
  it('is who has proved a name where the topic asks for one, else a network', () => {
    const callers = withoutHeader()
    const sent = sender({ ...curl, authorization: 'right' })

    expect(callers.of(sent, gateOf())).toEqual(named('shop', 'curl'))
    expect(callers.of(sent, gateOf('right', false))).toEqual(stranger('10.1.2.3', 'curl'))
    expect(callers.of(sent, null)).toEqual(stranger('10.1.2.3', 'curl'))
    expect(callers.of(sender(curl), gateOf())).toEqual(stranger('10.1.2.3', 'curl'))
    expect(callers.of(sender({}, { address: undefined }), null)).toEqual(stranger(undefined, null))
  })

  it('of a record is who has sent the request, whatever the record says', () => {
    const caller = { headers: { ...curl, authorization: 'right' }, rawHeaders: [] }
    const record = sender({ 'user-agent': 'x', authorization: 'wrong' }, { caller })

    expect(withoutHeader().of(record, gateOf())).toEqual(named('shop', 'curl'))
  })

  it('is found out once a connection', () => {
    const [callers, gate, connection] = [withoutHeader(), gateOf(), {}]
    const sent = () => sender({ ...curl, authorization: 'right' }, { connection })
    const [first, second] = [callers.of(sent(), gate), callers.of(sent(), gate)]

    expect(first).toBe(second)
    expect(gate.asked).toBe(1)
    // Beside them a topic that asks nobody, over the same connection.
    expect(callers.of(sent(), null)).toBe(callers.of(sent(), null))
    expect(callers.of(sent(), gate)).toBe(first)
    expect(gate.asked).toBe(1)
  })

  it.each(['user-agent', 'x-team', 'authorization'])('is not remembered by a long header: %s', name => {
    const callers = createCallers({ publisherHeader: 'x-team' })
    const over = (headers: Record<string, string>) => {
      const [gate, connection] = [gateOf(headers['authorization']), {}]
      const of = () => callers.of(sender(headers, { connection }), gate)
      const [first, second] = [of(), of()]
      expect(second).toEqual(first)
      return { isRemembered: second === first, asked: gate.asked }
    }
    const headers = { 'user-agent': 'curl', 'x-team': 'red', authorization: 'right' }

    expect(over({ ...headers, [name]: 'l'.repeat(512) })).toEqual({ isRemembered: true, asked: 1 })
    expect(over({ ...headers, [name]: 'l'.repeat(513) })).toEqual({ isRemembered: false, asked: 2 })
  })

  it('is another where a connection speaks for another, as that of a proxy does', () => {
    const [callers, connection] = [withoutHeader(), {}]
    const over = (headers: Record<string, string>, right = 'right') =>
      callers.of(sender(headers, { connection }), gateOf(right))

    expect(over({ ...curl, authorization: 'right' })).toEqual(named('shop', 'curl'))
    expect(over({ ...curl, authorization: 'another' })).toEqual(stranger('10.1.2.3', 'curl'))
    expect(over({ ...curl, authorization: 'another' }, 'another')).toEqual(named('shop', 'curl'))
    expect(over({ 'user-agent': 'x', authorization: 'right' })).toEqual(named('shop', 'x'))
    expect(over({ 'user-agent': 'x' })).toEqual(stranger('10.1.2.3', 'x'))
  })

  it('is never remembered by credentials that were not right: they may become so', () => {
    const [callers, connection] = [withoutHeader(), {}]
    const sent = sender({ authorization: 'late' }, { connection })

    expect(callers.of(sent, gateOf('right'))).toEqual(stranger('10.1.2.3', null))
    expect(callers.of(sent, gateOf('late'))).toEqual(named('shop', null))
    // Revoked meanwhile: the gate takes them for wrong.
    expect(callers.of(sent, null)).toEqual(stranger('10.1.2.3', null))
  })

  it('is who a proxy says it is, where the installation names its header', () => {
    const callers = createCallers({ publisherHeader: 'x-team' })
    const connection = {}
    const over = (headers: Record<string, string>) => callers.of(sender(headers, { connection }), gateOf())

    expect(over({ ...curl, 'x-team': 'red' })).toEqual(said('red'))
    expect(over({ ...curl, 'x-team': 'blue' })).toEqual(said('blue'))
    expect(over({ ...curl, 'x-team': 'blue', authorization: 'right' })).toEqual(named('shop', 'curl'))
    expect(over(curl)).toEqual(stranger('10.1.2.3', 'curl'))
    expect(withoutHeader().of(sender({ 'x-team': 'red' }), null)).toEqual(stranger('10.1.2.3', null))
  })
})
