/**
 * A socket to somebody else's host, for protocols that undici does not dial for us.
 * Takes an origin. Gives the socket once it can carry requests, or the reason why not.
 * Promises: resolves by the guarded lookup only; ends within `timeoutMs`; with TLS, the other side has proved
 * who it is and has agreed to the protocol asked for.
 */
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import type { Trust } from './trust.js'

/** A host, by name or address, and a port. */
export interface Place {
  readonly host: string
  readonly port: number
}

export interface DialOptions {
  readonly scheduler: Scheduler
  readonly lookup: LookupFunction
  /** Whom to believe; asked for each dial. */
  readonly trust: Trust | undefined
  readonly timeoutMs: number
  /** The one protocol to agree to over TLS, such as `h2`. */
  readonly protocol: string
}

/** Dials the place, or the origin's own host. `done` is called once, later; not any more after a cancel. */
export function dial(
  origin: URL,
  place: Place | null,
  options: DialOptions,
  done: (error: Error | null, socket: Socket) => void,
): Cancel {
  const isSecure = origin.protocol === 'https:'
  const at = place ?? placeOf(origin)
  const socket = isSecure
    ? dialSecure(hostOf(origin), at, options)
    : connectTcp({ ...at, lookup: options.lookup, noDelay: true })
  let isOver = false
  const end = (error: Error | null): void => {
    if (isOver) return
    isOver = true
    cancelTimer()
    if (error !== null) socket.destroy()
    done(error, socket)
  }
  const cancelTimer = options.scheduler.after(options.timeoutMs, () => end(late(origin, options.timeoutMs)))
  socket.once(isSecure ? 'secureConnect' : 'connect', () => end(disagreement(socket, options.protocol)))
  // Stays for the life of the socket: an error without a listener would end the process.
  socket.on('error', end)
  socket.once('close', () => end(Object.assign(new Error('other side closed'), { code: 'ECONNRESET' })))
  return () => {
    isOver = true
    cancelTimer()
    socket.destroy()
  }
}

function dialSecure(name: string, at: Place, { lookup, protocol, trust }: DialOptions): TLSSocket {
  const socket = connectTls({
    ...at,
    lookup,
    // An address has no place in the handshake's name; the certificate must name it all the same.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ALPNProtocols: [protocol],
    secureContext: trust?.context(),
  })
  socket.setNoDelay(true)
  return socket
}

function disagreement(socket: Socket, protocol: string): Error | null {
  const agreed = 'alpnProtocol' in socket ? (socket as TLSSocket).alpnProtocol : protocol
  return agreed === protocol ? null : new Error(`The endpoint did not agree to speak ${protocol}`)
}

/** The place as a URL, to be judged like one. */
export function originOf({ host, port }: Place): URL {
  return new URL(`http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`)
}

function placeOf(origin: URL): Place {
  const usual = origin.protocol === 'https:' ? 443 : 80
  return { host: hostOf(origin), port: origin.port === '' ? usual : Number(origin.port) }
}

function hostOf(origin: URL): string {
  return origin.hostname.replace(/^\[(.*)\]$/, '$1')
}

function late(origin: URL, timeoutMs: number): Error {
  const message = `Connect Timeout Error (attempted address: ${origin.host}, timeout: ${timeoutMs}ms)`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}
