/**
 * The way from lanes to the broker that leads their partitions.
 * Takes ready lanes. Gives one Produce request for as many as fit, and each lane Kafka's word on its batch.
 * Promises: a lane without a word (no connection, no answer, left out of one) is told so.
 * Bounds: `requestsInFlightMax` requests, about `requestBytesMax` each.
 */
import type { Clock } from '../time/clock.js'
import type { Batch, Lane } from './lane.js'
import type { ProduceVerdict } from './produce-verdict.js'
import { UnsupportedBroker, type BrokerConnection } from './protocol/connection.js'
import { kafkaCode } from './protocol/kafka-error.js'
import { produceCall, type PartitionAnswer, type ProduceLimits } from './protocol/produce.js'

/**
 * Kafka works on one request of a connection at a time: a second one keeps it busy while the first answer
 * travels, more would only make batches smaller.
 */
export const requestsInFlightMax = 2
/** Far under Kafka's 100 MiB a request; one batch always goes, whatever its size. */
export const requestBytesMax = 8 * 1024 * 1024

export interface ChannelParts {
  readonly clock: Clock
  connect(): Promise<BrokerConnection>
  /** A lane has gone into another state. */
  onChanged(lane: Lane): void
  /** A lane's batch was answered. */
  onVerdict(lane: Lane, verdict: ProduceVerdict): void
  /** The broker could not be reached or did not answer: it may lead these lanes no longer. */
  onTrouble(lanes: readonly Lane[], error: Error): void
  /** The broker has answered a request. */
  onAnswered(tookMs: number): void
}

/** Requests to one broker. */
export interface Channel {
  /** Puts a ready lane into the next request. */
  enqueue(lane: Lane): void
  /** Takes a lane out again: its partition moved. */
  forget(lane: Lane): void
  /** Sends what can be sent now. */
  pump(): void
  /** Requests sent so far. */
  readonly requestCount: number
}

interface Shipment {
  readonly lane: Lane
  readonly batch: Batch
}

/** Makes a channel that dials when there is something to send. */
export function createChannel(parts: ChannelParts, limits: ProduceLimits): Channel {
  const queue = new Set<Lane>()
  let connection: BrokerConnection | null = null
  let isConnecting = false
  let inFlightCount = 0
  let requestCount = 0

  const connect = (): void => {
    if (isConnecting) return
    isConnecting = true
    void parts.connect().then(
      opened => {
        isConnecting = false
        connection = opened
        pump()
      },
      (error: unknown) => {
        isConnecting = false
        turnAway(error as Error)
      },
    )
  }
  const turnAway = (error: Error): void => {
    const lanes = [...queue]
    queue.clear()
    for (const lane of lanes) {
      lane.blocked(error.message, parts.clock.monotonic())
      parts.onChanged(lane)
    }
    parts.onTrouble(lanes, error)
  }
  const pump = (): void => {
    while (queue.size > 0 && inFlightCount < requestsInFlightMax) {
      if (connection === null || !connection.isOpen) return connect()
      const shipments = load()
      if (shipments.length > 0) send(connection, shipments)
    }
  }
  const load = (): readonly Shipment[] => {
    const nowMs = parts.clock.monotonic()
    const shipments: Shipment[] = []
    let bytes = 0
    for (const lane of queue) {
      if (bytes >= requestBytesMax) break
      queue.delete(lane)
      if (lane.state !== 'ready') continue
      const batch = lane.take(nowMs)
      if (batch === null) {
        parts.onChanged(lane)
        continue
      }
      shipments.push({ lane, batch })
      bytes += batch.bytes.length
    }
    return shipments
  }
  const send = (open: BrokerConnection, shipments: readonly Shipment[]): void => {
    inFlightCount += 1
    requestCount += 1
    const batches = shipments.map(({ lane, batch }) => ({
      topic: lane.topic,
      partition: lane.partition,
      bytes: batch.bytes,
    }))
    const sentMs = parts.clock.monotonic()
    void open.request(produceCall(batches, limits)).then(
      answers => {
        parts.onAnswered(parts.clock.monotonic() - sentMs)
        settle(shipments, answers)
      },
      (error: unknown) => fail(shipments, error as Error),
    )
  }
  const settle = (shipments: readonly Shipment[], answers: readonly PartitionAnswer[]): void => {
    inFlightCount -= 1
    const nowMs = parts.clock.monotonic()
    const byPlace = new Map(answers.map(answer => [`${answer.partition} ${answer.topic}`, answer]))
    for (const { lane, batch } of shipments) {
      const answer = byPlace.get(`${lane.partition} ${lane.topic}`)
      const verdict = answer === undefined ? null : lane.answered(batch, answer, nowMs)
      if (answer === undefined) lane.lost(batch, 'the answer of Kafka left it out', nowMs)
      if (verdict !== null) parts.onVerdict(lane, verdict)
      parts.onChanged(lane)
    }
    pump()
  }
  const fail = (shipments: readonly Shipment[], error: Error): void => {
    inFlightCount -= 1
    const nowMs = parts.clock.monotonic()
    const unsupported = { code: kafkaCode.UNSUPPORTED_VERSION, detail: error.message, baseOffset: -1 }
    for (const { lane, batch } of shipments) {
      if (error instanceof UnsupportedBroker) lane.answered(batch, unsupported, nowMs)
      else lane.lost(batch, error.message, nowMs)
      parts.onChanged(lane)
    }
    parts.onTrouble(
      shipments.map(({ lane }) => lane),
      error,
    )
    pump()
  }

  return {
    enqueue: lane => void queue.add(lane),
    forget: lane => void queue.delete(lane),
    pump,
    get requestCount() {
      return requestCount
    },
  }
}
