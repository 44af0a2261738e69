import { expect, it } from 'vitest'
import { joinListeners } from './joined-listeners.js'
import type { HttpListener } from './server.js'

function fakeListener(port: number, calls: string[]): HttpListener {
  let isClosing = false
  const call = (what: string): void => void calls.push(`${what} ${port}`)
  return {
    start() {
      call('start')
      return Promise.resolve({ address: '127.0.0.1', family: 'IPv4', port })
    },
    beginClosing() {
      isClosing = true
      call('beginClosing')
    },
    stopAccepting: () => call('stopAccepting'),
    stop(graceMs) {
      call(`stop within ${graceMs}`)
      return Promise.resolve()
    },
    isClosing: () => isClosing,
    connectionCount: () => port,
  }
}

it('listeners that are joined begin and end together, and the first gives the address', async () => {
  const calls: string[] = []
  const joined = joinListeners(fakeListener(1, calls), fakeListener(2, calls))

  expect(await joined.start()).toMatchObject({ port: 1 })
  expect([joined.connectionCount(), joined.isClosing()]).toEqual([3, false])
  joined.beginClosing()
  joined.stopAccepting()
  await joined.stop(7)

  expect(joined.isClosing()).toBe(true)
  const eachOf = (what: string): string[] => [`${what} 1`, `${what} 2`]
  expect(calls).toEqual(['start', 'beginClosing', 'stopAccepting', 'stop within 7'].flatMap(eachOf))
})
