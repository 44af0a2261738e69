/**
 * A spool over a disk and a Kafka in memory: for tests.
 * Takes a disk. Gives the spool, its parts to look at, and messages to hand in.
 */
import { randomBytes } from 'node:crypto'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import { silentLog } from '@iris/common/lifecycle/log'
import type { SpoolFiles } from '../files.js'
import type { Keeping, SpoolMessage } from '../message-log.js'
import { createSpool, type Spool, type SpoolLimits } from '../spool.js'
import type { SpoolCounters } from '../spool-metrics.js'
import { createScriptedProducer, type ScriptedProducer } from './scripted-producer.js'

export interface SpoolWorld {
  readonly spool: Spool
  readonly time: VirtualTime
  readonly producer: ScriptedProducer
  readonly counters: SpoolCounters & { syncs: number; acceptedCount: number }
  /** Topics that are gone. */
  readonly removed: Set<string>
}

export const limits: SpoolLimits = {
  bytesMax: 1_000_000,
  messagesMax: 1_000,
  waitingBytesMax: 1_000_000,
  statusMax: 1_000,
  statusRetentionMs: 3_600_000,
  refusedBytesMax: 100_000,
  roundMs: 10_000,
}

/** Opens a spool; `drain: false` leaves its messages where they are. */
export async function openWorld(
  files: SpoolFiles,
  options: Partial<SpoolLimits> & { readonly drain?: boolean; readonly time?: VirtualTime } = {},
): Promise<SpoolWorld> {
  const time = options.time ?? createVirtualTime()
  const producer = createScriptedProducer()
  const removed = new Set<string>()
  const counters = {
    syncs: 0,
    acceptedCount: 0,
    accepted: () => void counters.acceptedCount++,
    stored: () => undefined,
    refused: () => undefined,
    onSynced: () => void counters.syncs++,
    damage: { tornTails: 0, damagedBytes: 0 },
  }
  const spool = createSpool(
    {
      ...{ files, randomBytes, counters, log: silentLog, clock: time, scheduler: time },
      onSettled: () => undefined,
      isBehind: () => false,
      emptied: () => undefined,
      locate: name => Promise.resolve(removed.has(name) ? null : { kafkaTopic: `k_${name}`, producer }),
    },
    { ...limits, ...options },
  )
  await spool.open()
  if (options.drain !== false) spool.startDrain()
  return { spool, time, producer, counters, removed }
}

/** A message to hand in, and what it was told. */
export interface TestMessage extends SpoolMessage {
  readonly kept: Promise<Keeping>
  /** Null until it was told. */
  keeping: Keeping | null
}

/** Makes a message of a topic. */
export function messageOf(
  id: string,
  { topic = 'acme.orders', key = null as string | null, body = '{}', isHeld = false } = {},
): TestMessage {
  let tell: (keeping: Keeping) => void = () => undefined
  const message: TestMessage = {
    id,
    topicName: topic,
    key: key === null ? null : Buffer.from(key),
    headers: [['id', Buffer.from(id)]],
    value: [Buffer.from('{"message":'), Buffer.from(body), Buffer.from('}')],
    timestampMs: 1_700_000_000_000,
    isHeld,
    keeping: null,
    kept: new Promise(resolve => (tell = resolve)),
    spooled(keeping) {
      if (message.keeping !== null) throw new Error(`${id} was told twice`)
      message.keeping = keeping
      tell(keeping)
    },
  }
  return message
}

/** Lets everything that needs no time run out. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
}
