import { describe, expect, it } from 'vitest'
import { createHosts, type Names } from './hosts.js'

type Callback = (error: Error | null, addresses: readonly string[]) => void

/** Names whose questions wait until the test answers them. */
function setUp(name = 'many.test'): {
  find(): { error?: Error | null; hosts?: unknown }
  answer(error: Error | null, addresses?: readonly string[]): void
  questions: Callback[]
} {
  const questions: Callback[] = []
  const names: Names = {
    addresses: (_name, callback) => void questions.push(callback),
    services: (_name, callback) => callback(null, [{ host: 'w', port: 1, priority: 2 }]),
  }
  const hosts = createHosts(names, name, 8080)
  return {
    questions,
    find() {
      const found: { error?: Error | null; hosts?: unknown } = {}
      hosts.find((error, all) => Object.assign(found, { error, hosts: all }))
      return found
    },
    answer: (error, addresses = []) => questions.shift()?.(error, addresses),
  }
}
const failure = (code: string): Error => Object.assign(new Error(code), { code })

describe('the hosts of a name', () => {
  it('are waited for the first time, and asked for once by all who wait', () => {
    const { find, answer, questions } = setUp()
    const all = [find(), find()]
    expect(questions).toHaveLength(1)
    answer(null, ['10.0.0.1', '10.0.0.2'])

    const expected = [
      { host: '10.0.0.1', port: 8080, priority: 0 },
      { host: '10.0.0.2', port: 8080, priority: 0 },
    ]
    expect(all).toEqual([
      { error: null, hosts: expected },
      { error: null, hosts: expected },
    ])
  })

  it('serve as they were while they are asked for anew, and while our resolver is down', () => {
    const { find, answer } = setUp()
    find()
    answer(null, ['10.0.0.1'])

    expect(find().hosts).toHaveLength(1)
    answer(failure('RESOLVER_DOWN'))
    expect(find().hosts).toHaveLength(1)
    answer(null, ['10.0.0.1', '10.0.0.2'])
    expect(find().hosts).toHaveLength(2)
  })

  it('are none when the name is gone, until it is back', () => {
    const { find, answer } = setUp()
    find()
    answer(null, ['10.0.0.1'])
    find()
    answer(failure('ENOTFOUND'))

    const missing = find()
    answer(failure('ENOTFOUND'))
    expect(missing).toMatchObject({ error: { code: 'ENOTFOUND' }, hosts: null })
    const back = find()
    answer(null, ['10.0.0.3'])
    expect(back.hosts).toHaveLength(1)
  })

  it('come with their ports from a service name', () => {
    expect(setUp('_hook._tcp.test').find().hosts).toEqual([{ host: 'w', port: 1, priority: 2 }])
  })
})
