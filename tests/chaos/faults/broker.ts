/**
 * Faults of Kafka: a broker killed and back on the same data, a broker frozen for a while or beyond every
 * timeout, all but one killed (A1, A2, A7), the disk full (A8). Where there are three brokers, leaders move
 * to the others.
 * The next look for liveness is owed only after it answers again.
 */
import { shuffled, wholeBetween } from '../random.js'
import type { KafkaServer } from '@iris/local-stack/kafka'
import type { Random } from '@iris/common/time/clock'
import type { Fault, Hit } from './fault.js'
import type { Stack } from '../stack.js'

function anyBroker(
  { brokers }: Stack,
  random: Random,
): { broker: KafkaServer; target: number; what: string } {
  const target = wholeBetween(random, 0, brokers.length - 1)
  const what = brokers.length === 1 ? 'Kafka' : `broker ${target + 1}`
  return { broker: brokers[target] as KafkaServer, target, what }
}

function pauseAny(stack: Stack, random: Random): Promise<Hit> {
  const { broker, target, what } = anyBroker(stack, random)
  broker.pause()
  return Promise.resolve({ target, what, heal: () => Promise.resolve(broker.resume()) })
}

/** SIGKILL, and back after a while. */
export const brokerKill: Fault = {
  kind: 'broker-kill',
  hits: 'kafka',
  lengthMs: [500, 3_000],
  weight: 2,
  async begin(stack, random) {
    const { broker, target, what } = anyBroker(stack, random)
    await broker.kill()
    return { target, what, heal: () => broker.start() }
  },
}

/** SIGSTOP for longer than a publisher waits. */
export const brokerPause: Fault = {
  kind: 'broker-pause',
  hits: 'kafka',
  lengthMs: [1_000, 6_000],
  weight: 2,
  begin: pauseAny,
}

/** SIGSTOP for longer than a request to Kafka may take. */
export const brokerFreeze: Fault = {
  kind: 'broker-freeze',
  hits: 'kafka',
  lengthMs: [20_000, 45_000],
  weight: 1,
  isByName: true,
  begin: pauseAny,
}

/** SIGKILL of all but one of three: fewer replicas are in sync than a 201 needs. */
export const brokersKill: Fault = {
  kind: 'brokers-kill',
  hits: 'kafka',
  lengthMs: [1_000, 5_000],
  weight: 2,
  async begin({ brokers }, random) {
    const killed = shuffled(random, brokers).slice(1)
    await Promise.all(killed.map(each => each.kill()))
    const heal = async (): Promise<void> => void (await Promise.all(killed.map(each => each.start())))
    return { target: 0, what: `${killed.length} brokers`, heal }
  },
}

/** No byte is left on Kafka's disk, which ends it; it is started again when there is space. */
export const diskFull: Fault = {
  kind: 'disk-full',
  hits: 'kafka',
  lengthMs: [2_000, 6_000],
  weight: 2,
  async begin({ disk, brokers }) {
    if (disk === null) throw new Error('there is no disk that may be filled')
    await disk.fill()
    const heal = async (): Promise<void> => {
      await disk.free()
      await Promise.all(brokers.map(each => each.kill()))
      await Promise.all(brokers.map(each => each.start()))
    }
    return { target: 0, what: "Kafka's disk", heal }
  },
}
