/**
 * The whole pipeline behind a listener, over a Kafka in memory, for tests.
 * Takes bounds, and how many partitions. Gives listeners as a browser is one, and the hands that move time.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listenTo, type Listener } from '@iris/common/http/testing/event-stream'
import type { HermesError } from '@iris/common/errors/hermes-error'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { topicAbsent } from '../../publish/refusals.js'
import type { RoutedTopic } from '../../topics/routed-topic.js'
import { ByteBudget } from '../byte-budget.js'
import { createDepartures } from '@iris/common/http/departures'
import { createGroups } from '../groups.js'
import { createHttpAnswers } from '../http-answers.js'
import { createOpenStreams, type OpenStreams, type OpenStreamsLimits } from '../open-streams.js'
import { createStreamPipeline } from '../pipeline.js'
import { createSeats, type Seats } from '../seats.js'
import type { EndReason } from '../sse-stream.js'
import { createStreamWorld, topic, type StreamWorld } from './stream-world.js'

export interface HttpWorldOptions {
  readonly partitions?: number
  readonly ringItemsMax?: number
  readonly limits?: Partial<OpenStreamsLimits>
  readonly seats?: { readonly max?: number; readonly perTopicMax?: number; readonly perAddressMax?: number }
  readonly origins?: readonly string[]
  readonly isAlone?: boolean
  /** Of answers that were not taken yet. */
  readonly waitingBytesMax?: number
}

export interface HttpWorld extends StreamWorld {
  readonly open: OpenStreams
  readonly seats: Seats
  readonly waiting: ByteBudget
  readonly port: number
  readonly ended: EndReason[]
  readonly defects: unknown[]
  /** What the door says now. */
  readonly doorway: { topic: RoutedTopic | undefined; refusal: HermesError | null; isStopping: boolean }
  listen(query?: string, headers?: Readonly<Record<string, string>>): Promise<Listener>
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<JsonAnswer>
}

export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, unknown>
}

const routed = { ...topic, owner: { source: 'Plaintext', id: 'team' } } as unknown as RoutedTopic
const plenty = 1_000
const patience = {
  ...{ heartbeatMs: 60_000, lifetimeMs: 3_600_000, stalledMs: 60_000 },
  ...{ waitingBytesMax: 64 * 1024, allWaitingBytesMax: 1024 * 1024 },
}

/** Starts it; nothing ticks by itself. */
export async function startHttpWorld(options: HttpWorldOptions = {}): Promise<HttpWorld> {
  const world = createStreamWorld(options.partitions ?? 1, options.ringItemsMax)
  const doorway: HttpWorld['doorway'] = { topic: routed, refusal: null, isStopping: false }
  const [ended, defects]: [EndReason[], unknown[]] = [[], []]
  const door = {
    enter(_request: IncomingMessage, name: string) {
      if (doorway.refusal !== null) return Promise.reject(doorway.refusal)
      const { topic: found } = doorway
      return found?.name === name ? Promise.resolve(found) : Promise.reject(topicAbsent(name))
    },
    refusal: () => doorway.refusal,
    topic: () => doorway.topic,
  }
  const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const open = createOpenStreams({
    ...{ ...base, door, random: () => 0, limits: { ...patience, ...options.limits } },
    onEvent: () => undefined,
    onEnded: reason => void ended.push(reason),
  })
  const seats = createSeats({ max: plenty, perTopicMax: plenty, perAddressMax: plenty, ...options.seats })
  const waiting = new ByteBudget(options.waitingBytesMax ?? 64 * 1024 * 1024)
  const pipeline = createStreamPipeline({
    ...{ ...base, door, seats, open, feeds: world.feeds, findPlace: world.findPlace },
    groups: createGroups(options.isAlone ?? true),
    answers: createHttpAnswers(options.origins ?? []),
    departures: createDepartures(),
    waiting,
    isStopping: () => doorway.isStopping,
    onRefused: () => undefined,
    onDefect: error => void defects.push(error),
  })
  const server = createServer((request, response) => {
    const [, , name = '', kind = ''] = (request.url ?? '').split(/[/?]/)
    pipeline[kind === 'events' ? 'listen' : 'pull']({ request, response, topic: name })
  })
  // As the listener of the service has it: who has said all still gets an answer.
  ;(server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    ...{ ...world, open, seats, waiting, port, ended, defects, doorway },
    listen: (query = '', headers = {}) => listenTo(`${url}/topics/${topic.name}/events${query}`, headers),
    async ask(path, headers = {}) {
      const answer = await fetch(url + path, { headers, signal: AbortSignal.timeout(20_000) })
      return {
        status: answer.status,
        headers: answer.headers,
        json: (await answer.json()) as JsonAnswer['json'],
      }
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => void server.close(resolve))
      await world.stop()
    },
  }
}
