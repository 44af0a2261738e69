/**
 * A shard taken over: former owners shut out, then all that they wrote read.
 * Takes the shard's number, under its lock. Gives the shard, ready to serve.
 * Promises: the fence is in the log before anything is read, so nothing that a former owner was told is
 * stored comes after what is read. Refuses a log that it cannot read whole: a key must not look unused.
 */
import type { Cluster } from '@iris/common/kafka/cluster'
import type { AppendNumbered } from '@iris/common/kafka/numbered-append'
import type { GivenId } from '@iris/common/kafka/producer-identity'
import { scanRange } from '@iris/common/kafka/read-range'
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { FrontendBase } from '../base.js'
import { raiseEpoch } from './epoch.js'
import type { KeyedRequest } from './keyed-request.js'
import { Ledger } from './ledger.js'
import { fenceRecord, readShardRecord } from './record.js'
import { createShardLog } from './shard-log.js'
import { Shard, type ShardParts } from './shard.js'

export interface TakeOverParts extends FrontendBase, Omit<ShardParts, 'clock' | 'log' | 'warn'> {
  readonly cluster: Cluster
  readonly session: ZooSession
  readonly append: AppendNumbered
  readonly askForId: () => Promise<GivenId>
  /** Makes the Kafka topic of all shards where it is missing. */
  readonly ensureTopic: () => Promise<void>
}

export interface TakeOverOptions {
  readonly topic: string
  readonly owner: string
  readonly entriesMax: number
  readonly windowMs: number
  readonly deliveryTimeoutMs: number
}

const takeOverMs = 60_000
const readBytesMax = 8 * 1024 * 1024

/** `path` is the node of the shard's numbers. `onLost` is told once when this owner can write no more. */
export async function takeOver(
  parts: TakeOverParts,
  options: TakeOverOptions,
  shard: { readonly index: number; readonly path: string },
  onLost: (reason: string) => void,
): Promise<Shard> {
  const { clock, log, append, doubt } = parts
  const { topic, deliveryTimeoutMs } = options
  await parts.ensureTopic()
  const { id, closing } = await raiseEpoch(parts.session, shard.path, parts.askForId)
  if (closing !== null) await fence(parts, options, shard.index, closing)
  const untilOffset = await fence(parts, options, shard.index, id)
  const ledger = await readLog(parts, options, shard.index, untilOffset)
  log.info('idempotency.shardTaken', { shard: shard.index, epoch: id.producerEpoch, keys: ledger.size })
  const shardLog = createShardLog(
    { clock, append, doubt, onLost },
    { topic, partition: shard.index, id, nextSequence: 1, writeTimeoutMs: deliveryTimeoutMs },
  )
  const warn = (event: string, error: unknown): void => log.warn(event, { shard: shard.index, error })
  return new Shard({ ...parts, log: shardLog, warn }, { deliveryTimeoutMs }, ledger)
}

/** Writes the fence; gives its offset. */
async function fence(
  parts: TakeOverParts,
  options: TakeOverOptions,
  index: number,
  id: GivenId,
): Promise<number> {
  const outcome = await parts.append({
    ...{ topic: options.topic, partition: index, numbers: { ...id, baseSequence: 0 } },
    records: [fenceRecord(options.owner, id.producerEpoch, parts.clock.now())],
    deadlineMs: parts.clock.monotonic() + takeOverMs,
  })
  if (outcome.kind === 'stored' && outcome.offset >= 0) return outcome.offset
  const why = outcome.kind === 'stored' ? 'Kafka does not say where' : outcome.detail
  throw new Error(`the fence of shard ${index} was not written: ${why}`)
}

async function readLog(
  parts: TakeOverParts,
  options: TakeOverOptions,
  index: number,
  untilOffset: number,
): Promise<Ledger<KeyedRequest>> {
  const { clock } = parts
  const { topic, entriesMax, windowMs } = options
  const isWaiting = (request: KeyedRequest): boolean => !request.isAnswered()
  const ledger = new Ledger<KeyedRequest>({ entriesMax, windowMs, isWaiting })
  const nowMs = clock.now()
  const deadlineMs = clock.monotonic() + takeOverMs
  for (let position = 0; position < untilOffset; ) {
    const scanned = await scanRange(parts, {
      ...{ topic, partition: index, fromOffset: position, untilOffset, deadlineMs },
      ...{ entriesMax: 1, bytesMax: readBytesMax },
      wants({ key, value, offset, problem }) {
        if (problem !== null) throw new Error(`offset ${offset} of shard ${index}: ${problem}`)
        const record = readShardRecord(key, value)
        if (record.kind === 'unreadable')
          throw new Error(`offset ${offset} of shard ${index}: ${record.problem}`)
        if (record.kind === 'state') ledger.restore(record.digest, record.state, nowMs)
        else if (record.kind === 'free') ledger.forget(record.digest)
        return false
      },
    })
    if (scanned.position <= position) throw new Error(`shard ${index} cannot be read on from ${position}`)
    position = scanned.position
  }
  return ledger
}
