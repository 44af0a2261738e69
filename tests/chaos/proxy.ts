/**
 * A TCP proxy that can spoil a connection: for Kafka frame by frame, for others byte by byte.
 * Takes a port to listen on and a port to pass on to. Gives faults to switch on and counts of what it
 * spoiled. Promises: without a fault it changes nothing and keeps the order of all bytes.
 */
import { connect, createServer, type Socket } from 'node:net'
import { systemScheduler, type Scheduler } from '@iris/common/time/scheduler'
import { apiKeyOf, createFrameSplitter, produceKey } from './kafka-frames.js'
import { monotonicMs } from './monotonic.js'

const loopback = '127.0.0.1'

/** What the proxy does wrong at the moment. */
export type ProxyFault =
  | { readonly kind: 'none' }
  /**
   * Throws one produce answer in `oneIn` away and resets the connection: the broker has stored the records.
   */
  | { readonly kind: 'loseAnswers'; readonly oneIn: number }
  /** Holds every answer back for `delayMs`. */
  | { readonly kind: 'delayAnswers'; readonly delayMs: number }
  /** Passes half of one produce answer in `oneIn`, then closes the connection. */
  | { readonly kind: 'cutAnswers'; readonly oneIn: number }
  /**
   * Puts noise in the place of one produce answer in `oneIn`: a frame of the same length, or a length that no
   * frame has, in turns.
   */
  | { readonly kind: 'garbleAnswers'; readonly oneIn: number }
  /** Lets no byte through in either direction and closes nothing. A connection that met it stays dead. */
  | { readonly kind: 'halfOpen' }

export interface ProxyCounts {
  readonly connections: number
  readonly produceAnswers: number
  readonly answersLost: number
  readonly answersCut: number
  readonly answersGarbled: number
  readonly answersDelayed: number
}

export interface Proxy {
  readonly port: number
  setFault(fault: ProxyFault): void
  counts(): ProxyCounts
  /** Resets every connection that is open now. */
  resetAll(): void
  close(): Promise<void>
}

export interface ProxyOptions {
  readonly port: number
  readonly upstreamPort: number
  /** `kafka` reads frames and knows produce answers; `bytes` passes chunks on as they come. */
  readonly protocol: 'kafka' | 'bytes'
}

/** What all connections of one proxy share. */
interface ProxyState {
  readonly options: ProxyOptions
  readonly scheduler: Scheduler
  readonly links: Set<Link>
  fault: ProxyFault
  counts: { -readonly [name in keyof ProxyCounts]: number }
}

/** One client's connection and its twin to the server. */
interface Link {
  readonly client: Socket
  readonly server: Socket
  /** The requests that wait for their answer: Kafka answers in order. */
  readonly waiting: number[]
  isDead: boolean
  /** Answers that a delay holds back, oldest first. */
  readonly held: Buffer[]
  /** When the youngest of them may go. */
  freeAt: number
}

/** Starts a proxy. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const state: ProxyState = {
    options,
    scheduler: systemScheduler,
    links: new Set(),
    fault: { kind: 'none' },
    counts: {
      connections: 0,
      produceAnswers: 0,
      answersLost: 0,
      answersCut: 0,
      answersGarbled: 0,
      answersDelayed: 0,
    },
  }
  const listener = createServer({ noDelay: true }, client => join(state, client))
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(options.port, loopback, resolve)
  })
  return {
    port: options.port,
    setFault(fault) {
      state.fault = fault
      if (fault.kind === 'halfOpen') for (const link of state.links) link.isDead = true
    },
    counts: () => ({ ...state.counts }),
    resetAll: () => state.links.forEach(link => reset(state, link)),
    close() {
      state.links.forEach(link => reset(state, link))
      return new Promise(resolve => void listener.close(() => resolve()))
    },
  }
}

/** Several proxies as one, a broker each: a fault is one of all, counts are sums. */
export function joinProxies(proxies: readonly Proxy[]): Proxy {
  return {
    port: proxies[0]?.port ?? 0,
    setFault: fault => proxies.forEach(each => each.setFault(fault)),
    counts: () => proxies.map(each => each.counts()).reduce(sumOfCounts),
    resetAll: () => proxies.forEach(each => each.resetAll()),
    async close() {
      await Promise.all(proxies.map(each => each.close()))
    },
  }
}

function sumOfCounts(one: ProxyCounts, other: ProxyCounts): ProxyCounts {
  return {
    connections: one.connections + other.connections,
    produceAnswers: one.produceAnswers + other.produceAnswers,
    answersLost: one.answersLost + other.answersLost,
    answersCut: one.answersCut + other.answersCut,
    answersGarbled: one.answersGarbled + other.answersGarbled,
    answersDelayed: one.answersDelayed + other.answersDelayed,
  }
}

function join(state: ProxyState, client: Socket): void {
  state.counts.connections++
  const server = connect({ port: state.options.upstreamPort, host: loopback, noDelay: true })
  const isDead = state.fault.kind === 'halfOpen'
  const link: Link = { client, server, waiting: [], isDead, held: [], freeAt: 0 }
  state.links.add(link)
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on('error', () => reset(state, link))
    one.on('end', () => {
      if (!link.isDead) other.end()
    })
    one.on('close', () => {
      if (!link.isDead) other.destroy()
    })
  }
  server.on('close', () => void state.links.delete(link))
  if (state.options.protocol === 'bytes') passBytes(link)
  else passFrames(state, link)
}

function passBytes(link: Link): void {
  const pass = (from: Socket, to: Socket): void =>
    void from.on('data', (chunk: Buffer) => {
      if (!link.isDead) to.write(chunk)
    })
  pass(link.client, link.server)
  pass(link.server, link.client)
}

function passFrames(state: ProxyState, link: Link): void {
  const onRequest = createFrameSplitter(frame => {
    link.waiting.push(apiKeyOf(frame))
    if (!link.isDead) link.server.write(frame)
  })
  const onAnswer = createFrameSplitter(frame => {
    if (!link.isDead) passAnswer(state, link, frame)
  })
  link.client.on('data', (chunk: Buffer) => guarded(state, link, () => onRequest(chunk)))
  link.server.on('data', (chunk: Buffer) => guarded(state, link, () => onAnswer(chunk)))
}

/** What is not Kafka's ends its connection, not the proxy. */
function guarded(state: ProxyState, link: Link, take: () => void): void {
  try {
    take()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    reset(state, link)
  }
}

function passAnswer(state: ProxyState, link: Link, frame: Buffer): void {
  const { fault, counts } = state
  const isProduce = link.waiting.shift() === produceKey
  if (isProduce) counts.produceAnswers++
  const isChosen = isProduce && 'oneIn' in fault && counts.produceAnswers % fault.oneIn === 0
  if (fault.kind === 'loseAnswers' && isChosen) {
    counts.answersLost++
    reset(state, link)
  } else if (fault.kind === 'cutAnswers' && isChosen) {
    counts.answersCut++
    link.isDead = true
    link.server.destroy()
    link.client.end(frame.subarray(0, Math.ceil(frame.length / 2)))
  } else if (fault.kind === 'garbleAnswers' && isChosen) {
    counts.answersGarbled++
    send(state, link, garbled(frame, counts.answersGarbled % 2 === 1))
  } else {
    send(state, link, frame)
  }
}

/** Noise as long as `frame`; with its length where that `isFramed`, else with one that no frame has. */
function garbled(frame: Buffer, isFramed: boolean): Buffer {
  const noise = Buffer.alloc(frame.length, 0xa5)
  noise.writeInt32BE(isFramed ? frame.length - 4 : -1)
  return noise
}

/** Each timer lets the oldest held answer go, whichever it was set for: the order of the answers stays. */
function send(state: ProxyState, link: Link, frame: Buffer): void {
  const delayMs = state.fault.kind === 'delayAnswers' ? state.fault.delayMs : 0
  const now = monotonicMs()
  if (delayMs === 0 && link.held.length === 0) {
    link.client.write(frame)
    return
  }
  if (delayMs > 0) state.counts.answersDelayed++
  link.held.push(frame)
  link.freeAt = Math.max(link.freeAt, now + delayMs)
  state.scheduler.after(link.freeAt - now, () => {
    const oldest = link.held.shift()
    if (oldest !== undefined && !link.isDead) link.client.write(oldest)
  })
}

function reset(state: ProxyState, link: Link): void {
  link.isDead = true
  link.client.resetAndDestroy()
  link.server.destroy()
  state.links.delete(link)
}
