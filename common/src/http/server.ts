/**
 * The hardened HTTP/1.1 listener of a service.
 * Takes limits and a handler. Gives start, stop and what is open.
 * Promises: every wait and size has a bound; broken framing is answered 400, 408 or 431 and the connection
 * closed, but never in place of the answer to a complete request before it; header lines are counted, none is
 * lost in silence.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { Server as SocketServer, type AddressInfo, type Socket } from 'node:net'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import { refusal, type HermesError } from '../errors/hermes-error.js'
import type { Log } from '../lifecycle/log.js'
import { answerBrokenFraming } from './broken-framing.js'
import { acceptResponse, endConnectionAfter, owesNothing } from './connection-state.js'
import { headerLineCount } from './raw-headers.js'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void

/** What a listener serves. */
export interface ListenerHandlers {
  readonly handle: RequestHandler
  /** Answers a request that the listener itself refuses. */
  refuse(request: IncomingMessage, response: ServerResponse, error: HermesError): void
}

export interface ListenerOptions {
  readonly host: string
  /** 0 takes any free port; `start` tells which. */
  readonly port: number
  /** Header lines of a request; one more is answered 431. */
  readonly headersMax: number
  /** Bytes of a request's head; more is answered 431 with an empty body. */
  readonly headerBytesMax: number
  /** From the first byte (or the connect) to the end of the head. */
  readonly headersTimeoutMs: number
  /** From the first byte to the end of the body; a handler's own deadline should come first. */
  readonly requestTimeoutMs: number
  /** How long a connection may idle between requests. */
  readonly keepAliveTimeoutMs: number
  /** Connections beyond this are closed at once. */
  readonly connectionsMax: number
  /** Connections that wait to be accepted; the system may hold fewer. */
  readonly backlog: number
  /** TLS with this certificate; left out, connections are plain. */
  readonly tls?: ListenerTls
  /** Never shares its port with other workers of the same program. */
  readonly isExclusive?: boolean
}

/** The certificate of a listener, and what it asks of its clients'. */
export interface ListenerTls {
  /** In PEM. */
  readonly cert: string
  readonly key: string
  /** Authorities that sign the certificates of clients; null where none are asked for. */
  readonly clientCa: string | null
  /** Refuses connections without a certificate of theirs. */
  readonly isClientCertRequired: boolean
}

export interface ListenerParts {
  readonly log: Log
  readonly scheduler: Scheduler
}

export interface HttpListener {
  /** Resolves when connections are accepted; rejects with a sentence when the port is taken. */
  start(): Promise<AddressInfo>
  /** From now on every answer closes its connection, so that clients move on before the listener stops. */
  beginClosing(): void
  /** Accepts no further connection; those that are open live on. */
  stopAccepting(): void
  /**
   * Accepts nothing more, closes idle connections, waits for open requests up to `graceMs`, then closes all.
   */
  stop(graceMs: number): Promise<void>
  /** Whether answers must close their connections. */
  isClosing(): boolean
  connectionCount(): number
}

/** Node looks for late requests only this often; its default of 30 s makes every timeout blunt. */
const connectionsCheckMs = 250
const idleCheckMs = 20
/** A connection on which nothing moves, such as that of a client that does not read its answers. */
const stalledMs = 120_000

/** Makes a listener that does not listen yet. */
export function createListener(
  parts: ListenerParts,
  options: ListenerOptions,
  handlers: ListenerHandlers,
): HttpListener {
  const server = makeServer(options)
  const sockets = trackConnections(server)
  let isClosing = false
  let closed: Promise<void> | null = null
  // Node's own `close` of an HTTP server cuts idle connections at once: a request may be on its way on them.
  const stopAccepting = (): Promise<void> =>
    (closed ??= server.listening
      ? new Promise(resolve => SocketServer.prototype.close.call(server, () => resolve()))
      : Promise.resolve())
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (!acceptResponse(request.socket, response)) return
    if (isClosing) endConnectionAfter(response)
    const lines = headerLineCount(request.rawHeaders)
    if (hasNoHost(request)) refuseHostless(response)
    else if (lines <= options.headersMax) handlers.handle(request, response)
    else {
      const values = { headersMax: options.headersMax, headers: lines }
      const about = { limit: options.headersMax }
      handlers.refuse(request, response, refusal('TOO_MANY_HEADERS', values, 'management', about))
    }
  }
  server.on('request', serve)
  // The body is asked for by whoever reads it, so that a refusal can come first.
  server.on('checkContinue', serve)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
    answerBrokenFraming(parts.scheduler, error, socket),
  )
  server.on('drop', () =>
    parts.log.warn('http.connectionRefused', { connectionsMax: options.connectionsMax }),
  )

  return {
    start: () => listen(server, options),
    beginClosing: () => void (isClosing = true),
    stopAccepting: () => void stopAccepting(),
    stop(graceMs) {
      isClosing = true
      return endConnections(parts.scheduler, sockets, graceMs, stopAccepting())
    },
    isClosing: () => isClosing,
    connectionCount: () => sockets.size,
  }
}

/** The open connections. Of those over TLS the secured one is kept from the end of its handshake on. */
function trackConnections(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  const opening = new Map<string, Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    keep(socket)
    opening.set(peer, socket)
    socket.once('close', () => {
      if (opening.get(peer) === socket) opening.delete(peer)
    })
  })
  server.on('secureConnection', (socket: Socket) => {
    const raw = opening.get(peerOf(socket))
    if (raw !== undefined) sockets.delete(raw)
    keep(socket)
  })
  return sockets
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

function makeServer(options: ListenerOptions): Server {
  const limits = {
    maxHeaderSize: options.headerBytesMax,
    headersTimeout: options.headersTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionsCheckingInterval: connectionsCheckMs,
    insecureHTTPParser: false,
    // Ours: Node's own refusal goes on to serve the requests behind it.
    requireHostHeader: false,
    noDelay: true,
  }
  const server =
    options.tls === undefined ? createServer(limits) : makeSecureServer(options.tls, options, limits)
  // Without a limit of its own, Node drops the lines past a count in silence; `serve` counts them.
  server.maxHeadersCount = 0
  server.maxConnections = options.connectionsMax
  server.timeout = stalledMs
  // A client that has said all it has to say still gets its answer.
  ;(server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true
  return server
}

function makeSecureServer(
  { cert, key, clientCa, isClientCertRequired }: ListenerTls,
  { headersTimeoutMs }: ListenerOptions,
  limits: ServerOptions,
): Server {
  return createSecureServer({
    ...limits,
    ...{ cert, key, minVersion: 'TLSv1.2', handshakeTimeout: headersTimeoutMs },
    ...(clientCa === null ? {} : { ca: clientCa, requestCert: true }),
    rejectUnauthorized: isClientCertRequired,
  })
}

function hasNoHost(request: IncomingMessage): boolean {
  const { httpVersionMajor, httpVersionMinor, headers } = request
  return headers.host === undefined && httpVersionMajor === 1 && httpVersionMinor === 1
}

function refuseHostless(response: ServerResponse): void {
  endConnectionAfter(response)
  response.writeHead(400, ['Content-Length', '0'])
  response.end()
}

function listen(server: Server, options: ListenerOptions): Promise<AddressInfo> {
  const { host, port, backlog, isExclusive: exclusive = false } = options
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE'
      const reason = isTaken ? 'another process listens there; stop it or choose another port' : cause.message
      reject(new Error(`Cannot listen on ${host}:${port}: ${reason}`, { cause }))
    })
    server.listen({ host, port, backlog, exclusive }, () => resolve(server.address() as AddressInfo))
  })
}

/** Closes connections as they become idle, and all after `graceMs`, until `closed`: there are none left. */
async function endConnections(
  scheduler: Scheduler,
  sockets: ReadonlySet<Socket>,
  graceMs: number,
  closed: Promise<void>,
): Promise<void> {
  const closeIdle = (): void => {
    for (const socket of sockets) if (owesNothing(socket)) socket.destroy()
  }
  closeIdle()
  const cancels: Cancel[] = [
    scheduler.every(idleCheckMs, closeIdle),
    scheduler.after(graceMs, () => sockets.forEach(socket => socket.destroy())),
  ]
  await closed
  cancels.forEach(cancel => cancel())
}
