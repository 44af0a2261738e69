/**
 * A TCP proxy that holds bytes back at a chosen moment.
 * Takes a port to pass on to. Gives its own port, and a way to hold a request or its answer.
 * Promises: without a hold it changes nothing. When the client is killed, what is held is lost with the
 * connection, or outlives it, as bytes in a network may, and arrives when it is let go.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** What to hold. */
export interface Hold {
  /** The request itself, so that the server never sees it; or what the server says to it. */
  readonly side: 'request' | 'answer'
  /** What becomes of it when the client dies; lost unless it says otherwise. */
  readonly outlives?: boolean
  /** Whether these bytes of a client are the ones. */
  isWanted(bytes: Buffer): boolean
}

export interface HoldingProxy {
  readonly port: number
  /** Resolves when the bytes are held. Only the first ones are; that connection stands still from then on. */
  hold(hold: Hold): Promise<void>
  /** Lets everything go that is held. */
  release(): void
  /** Cuts all connections. */
  cut(): void
  stop(): Promise<void>
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  held: (() => void)[] | null
  outlives: boolean
}

/** Starts it on a free port of loopback. */
export async function startHoldingProxy(targetPort: number): Promise<HoldingProxy> {
  const links = new Set<Link>()
  let wanted: (Hold & { fire(): void }) | null = null

  const fromClient = (link: Link, bytes: Buffer): void => {
    const pass = (): void => void link.server.write(bytes)
    if (link.held !== null) return void link.held.push(pass)
    const hold = wanted
    if (hold?.isWanted(bytes) !== true) return pass()
    wanted = null
    link.held = []
    link.outlives = hold.outlives === true
    if (hold.side === 'request') {
      link.held.push(pass)
      return hold.fire()
    }
    link.server.once('data', () => hold.fire())
    pass()
  }
  const fromServer = (link: Link, bytes: Buffer): void => {
    const pass = (): void => void link.client.write(bytes)
    if (link.held === null) pass()
    else link.held.push(pass)
  }
  const close = (link: Link): void => {
    if (link.outlives) return
    links.delete(link)
    link.server.destroy()
  }
  const server = createServer(client => {
    const link: Link = { client, server: connect(targetPort, '127.0.0.1'), held: null, outlives: false }
    links.add(link)
    client.on('data', bytes => fromClient(link, bytes))
    link.server.on('data', bytes => fromServer(link, bytes))
    client.on('error', () => undefined)
    link.server.on('error', () => client.destroy())
    client.on('close', () => close(link))
    link.server.on('close', () => client.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const release = (): void => {
    for (const link of links) {
      const held = link.held ?? []
      link.held = null
      for (const pass of held) pass()
      // Its client is gone: the server gets what was under way, and then the end.
      if (link.client.destroyed) {
        links.delete(link)
        link.server.end()
      }
    }
  }
  const cut = (): void => {
    for (const { client, server: upstream } of links) {
      client.destroy()
      upstream.destroy()
    }
    links.clear()
  }
  return {
    port: (server.address() as AddressInfo).port,
    hold: hold => new Promise(fire => (wanted = { ...hold, fire })),
    release,
    cut,
    stop: () =>
      new Promise(resolve => {
        cut()
        server.close(() => resolve())
      }),
  }
}
