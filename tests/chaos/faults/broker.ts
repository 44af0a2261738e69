/**
 * Faults of Kafka: the broker killed and back on the same data, and the broker frozen (A1, A2).
 * The next look for liveness is owed only after it answers again.
 */
import type { Fault } from './fault.js'

/** SIGKILL, and back after a while. */
export const brokerKill: Fault = {
  kind: 'broker-kill',
  hits: 'kafka',
  lengthMs: [500, 3_000],
  weight: 2,
  async begin({ kafka }) {
    await kafka.kill()
    return { target: 0, what: 'Kafka', heal: () => kafka.start() }
  },
}

/** SIGSTOP for longer than a publisher waits. */
export const brokerPause: Fault = {
  kind: 'broker-pause',
  hits: 'kafka',
  lengthMs: [1_000, 6_000],
  weight: 2,
  begin({ kafka }) {
    kafka.pause()
    return Promise.resolve({ target: 0, what: 'Kafka', heal: () => Promise.resolve(kafka.resume()) })
  },
}
