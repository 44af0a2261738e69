/**
 * Which broker each log is read from.
 * Takes logs, changes of the layout, and errors of partitions. Gives each log to the loops of its leader.
 * Promises: a log without a leader, or with an error, is tried again with back-off for as long as it is
 * followed.
 */
import type { Log } from '../lifecycle/log.js'
import { backoffMs, type Backoff } from '../time/backoff.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import type { Cluster } from './cluster.js'
import type { PartitionLog } from './partition-log.js'

/** The loops of one broker, as a place for logs. */
export interface BrokerLoops {
  enter(log: PartitionLog): void
  leave(log: PartitionLog): void
  demand(log: PartitionLog): void
  stop(): void
}

export interface LogSeats {
  add(log: PartitionLog): void
  remove(log: PartitionLog): void
  demand(log: PartitionLog): void
  /** Something is wrong with this one partition: looks for its leader again after a pause. */
  refused(log: PartitionLog, reason: string): void
  /** A broker does not answer: asks who leads its logs now. */
  brokerAway(broker: number): void
  stop(): void
}

export interface LogSeatsParts {
  readonly cluster: Cluster
  readonly log: Log
  readonly scheduler: Scheduler
  startLoops(broker: number): BrokerLoops
}

interface Seat {
  readonly log: PartitionLog
  broker: number
  retry: Cancel | null
}

const tryAgain: Backoff = { firstMs: 100, factor: 2, capMs: 2_000 }
const noLeader = -1
/** A partition just made is refused for a moment by brokers that have not heard of it: nothing to warn of. */
const quietRefusals = 3

/** Makes the seating, without logs. */
export function createLogSeats(parts: LogSeatsParts): LogSeats {
  const { cluster, scheduler } = parts
  const seats = new Map<string, Seat>()
  const brokers = new Map<number, BrokerLoops>()
  let isStopped = false

  const loopsOf = (broker: number): BrokerLoops => {
    let loops = brokers.get(broker)
    if (loops === undefined) brokers.set(broker, (loops = parts.startLoops(broker)))
    return loops
  }
  const leave = (seat: Seat): void => {
    seat.retry?.()
    seat.retry = null
    brokers.get(seat.broker)?.leave(seat.log)
    seat.broker = noLeader
  }
  const sit = (seat: Seat, broker: number): void => {
    leave(seat)
    seat.broker = broker
    seat.log.isParked = false
    loopsOf(broker).enter(seat.log)
  }
  const place = (seat: Seat): void => {
    const { topic, partition } = seat.log.place
    const leader = cluster.layout(topic)?.find(row => row.partition === partition)?.leader ?? noLeader
    if (leader === noLeader) lookAgain(seat, 'no leader')
    else if (seat.broker !== leader) sit(seat, leader)
  }
  const lookAgain = (seat: Seat, reason: string): void => {
    const { log, broker } = seat
    if (log.refusals === quietRefusals) {
      parts.log.warn('kafka.partitionUnavailable', { ...log.place, broker, reason })
    }
    leave(seat)
    log.isParked = true
    log.refusals += 1
    seat.retry = scheduler.after(backoffMs(tryAgain, log.refusals), () => void refreshAndPlace(seat))
  }
  const refreshAndPlace = async (seat: Seat): Promise<void> => {
    try {
      await cluster.refresh([seat.log.place.topic])
    } catch (error) {
      parts.log.debug('kafka.refreshFailed', { topic: seat.log.place.topic, error })
    }
    if (!isStopped && seats.get(seat.log.name) === seat && seat.broker === noLeader) place(seat)
  }
  const cancelListening = cluster.onLayout(topic => {
    for (const seat of seats.values()) if (seat.log.place.topic === topic) place(seat)
  })

  return {
    add(log) {
      const seat: Seat = { log, broker: noLeader, retry: null }
      seats.set(log.name, seat)
      if (cluster.layout(log.place.topic) !== undefined) return place(seat)
      log.isParked = true
      void refreshAndPlace(seat)
    },
    remove(log) {
      const seat = seats.get(log.name)
      if (seat?.log !== log) return
      seats.delete(log.name)
      leave(seat)
    },
    demand(log) {
      const seat = seats.get(log.name)
      if (seat?.log === log && seat.broker !== noLeader) brokers.get(seat.broker)?.demand(log)
    },
    refused(log, reason) {
      const seat = seats.get(log.name)
      if (seat?.log === log) lookAgain(seat, reason)
    },
    brokerAway(broker) {
      const topics = new Set<string>()
      for (const seat of seats.values()) if (seat.broker === broker) topics.add(seat.log.place.topic)
      cluster.refresh([...topics]).catch((error: unknown) => {
        parts.log.debug('kafka.refreshFailed', { broker, error })
      })
    },
    stop() {
      isStopped = true
      cancelListening()
      for (const seat of seats.values()) seat.retry?.()
      for (const loops of brokers.values()) loops.stop()
    },
  }
}
