/**
 * Several listeners of one program as one.
 * Takes listeners. Gives their common life; the first is the one that others are told of.
 */
import type { HttpListener } from './server.js'

/** Joins them. `start` gives the address of the first. */
export function joinListeners(first: HttpListener, ...others: readonly HttpListener[]): HttpListener {
  const all = [first, ...others]
  return {
    async start() {
      const [address] = await Promise.all([first.start(), ...others.map(each => each.start())])
      return address
    },
    beginClosing: () => all.forEach(each => each.beginClosing()),
    stopAccepting: () => all.forEach(each => each.stopAccepting()),
    async stop(graceMs) {
      await Promise.all(all.map(each => each.stop(graceMs)))
    },
    isClosing: () => first.isClosing(),
    connectionCount: () => all.reduce((sum, each) => sum + each.connectionCount(), 0),
  }
}
