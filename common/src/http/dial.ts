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

export interface DialOptions {
  readonly scheduler: Scheduler
  readonly lookup: LookupFunction
  /** Whom to believe; asked for each dial. */
  readonly trust: Trust | undefined
  readonly timeoutMs: number
  /** The one protocol to agree to over TLS, such as `h2`. */
  readonly protocol: string
}

/** Dials. `done` is called once, later; not any more after a cancel. */
export function dial(
  origin: URL,
  options: DialOptions,
  done: (error: Error | null, socket: Socket) => void,
): Cancel {
  const isSecure = origin.protocol === 'https:'
  const socket = isSecure ? dialSecure(origin, options) : dialPlain(origin, options)
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

function dialPlain(origin: URL, { lookup }: DialOptions): Socket {
  return connectTcp({ host: hostOf(origin), port: portOf(origin, 80), lookup, noDelay: true })
}

function dialSecure(origin: URL, { lookup, protocol, trust }: DialOptions): TLSSocket {
  const host = hostOf(origin)
  const socket = connectTls({
    host,
    port: portOf(origin, 443),
    lookup,
    // An address has no place in the handshake's name; the certificate must name it all the same.
    ...(isIP(host) === 0 ? { servername: host } : {}),
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

function hostOf(origin: URL): string {
  return origin.hostname.replace(/^\[(.*)\]$/, '$1')
}

function portOf(origin: URL, usual: number): number {
  return origin.port === '' ? usual : Number(origin.port)
}

function late(origin: URL, timeoutMs: number): Error {
  const message = `Connect Timeout Error (attempted address: ${origin.host}, timeout: ${timeoutMs}ms)`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}
