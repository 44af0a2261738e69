/**
 * The spools of one process: its own sub-directory of the configured directory, and those that nobody owns.
 * Takes the directory and how many processes share it. Gives one spool to accept into and the status of all.
 * Promises: a sub-directory has one owner; what a process left that does not come back is brought to Kafka by
 * another, before what that one accepts of the same topics. Refuses to start where no sub-directory is free,
 * with one sentence that names the key.
 */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppendOutcome } from '@iris/common/kafka/producer'
import type { Metrics } from '@iris/common/metrics/registry'
import type { Cancel } from '@iris/common/time/scheduler'
import type { FrontendBase } from '../base.js'
import { DirectoryInUse, lockDirectory, type DirectoryLock } from './directory-lock.js'
import type { DrainParts } from './drain.js'
import { diskFiles, makeDirectory } from './files.js'
import type { SpoolMessage } from './message-log.js'
import type { Settled } from './outcome-record.js'
import type { SpooledEntry } from './segment.js'
import { createSpool, type Spool, type SpoolLimits, type SpoolStatus } from './spool.js'
import { createSpoolCounters } from './spool-metrics.js'

export interface Spools {
  /** Locks and reads. Rejects with a sentence when the directory cannot be used. */
  open(): Promise<void>
  /** Begins to bring messages to Kafka. */
  start(): void
  /** Begins no more of it; what is under way ends with the producers. */
  halt(): void
  close(): Promise<void>
  /** Takes a message; `spooled` of it is called when it is durable, or surely not there. */
  accept(message: SpoolMessage): void
  /** Whether messages of a topic wait here, whoever accepted them, so that a later one must queue behind. */
  hasWaiting(topicName: string): boolean
  /** Kafka's word on a message that was held. */
  resolve(entry: SpooledEntry, outcome: AppendOutcome): void
  status(id: string): SpoolStatus | null
}

export interface SpoolsParts extends FrontendBase {
  readonly metrics: Metrics
  readonly locate: DrainParts['locate']
  /** Told of each message that needs no more work. */
  readonly onSettled: (settled: Settled) => void
}

export interface SpoolsOptions extends SpoolLimits {
  readonly directory: string
  /** The key that named it, for errors. */
  readonly key: string
  /** Processes that share the directory, each in a sub-directory of its own. */
  readonly processCount: number
}

interface Held {
  readonly name: string
  readonly lock: DirectoryLock
  readonly spool: Spool
}

/** How often it is looked for sub-directories that nobody owns. */
const adoptMs = 60_000
const notOpen = { kind: 'failed', detail: 'the spool is not open yet', mayBeKept: false } as const

/** Makes the spools of a process; nothing is touched before `open`. */
export function createSpools(parts: SpoolsParts, options: SpoolsOptions): Spools {
  const { scheduler, log } = parts
  const held: Held[] = []
  let own: Spool | null = null
  const adopted = (): Spool[] => held.flatMap(({ spool }) => (spool === own ? [] : [spool]))
  /** The order in a topic: what others left, then what was accepted here. */
  const isBehind = (topicName: string, spool: Spool): boolean =>
    spool === own && adopted().some(other => other.hasWaiting(topicName))
  let isDraining = false
  let adopting: Promise<void> = Promise.resolve()
  let cancelAdoption: Cancel = () => undefined
  const counters = createSpoolCounters(parts.metrics, parts.clock, () => held.map(({ spool }) => spool))

  /** Null when another process has it. */
  const take = async (name: string): Promise<Spool | null> => {
    const directory = join(options.directory, name)
    const lock = await lockOf(directory)
    if (lock === null) return null
    try {
      const spoolParts = { ...parts, log: log.child({ spool: name }), randomBytes, counters }
      const spool: Spool = createSpool(
        {
          ...{ ...spoolParts, files: diskFiles(directory) },
          isBehind: topicName => isBehind(topicName, spool),
          emptied: topicName => spool !== own && own?.wakeDrain(topicName),
        },
        options,
      )
      await spool.open()
      held.push({ name, lock, spool })
      if (isDraining) spool.startDrain()
      return spool
    } catch (error) {
      await lock.release()
      throw error
    }
  }
  /** Sub-directories beyond those of the processes there are: their owners will not come back. */
  const adoptAll = async (): Promise<void> => {
    try {
      const names = (await readdir(options.directory)).filter(name => /^\d{1,4}$/.test(name))
      for (const name of names) {
        if (Number(name) < options.processCount || held.some(each => each.name === name)) continue
        if ((await take(name)) !== null) log.info('spool.adopted', { name })
      }
    } catch (error) {
      log.error('spool.notAdopted', { error })
    }
  }

  return {
    async open() {
      try {
        for (let index = 0; index < options.processCount && own === null; index++) {
          await makeDirectory(join(options.directory, String(index)))
          own = await take(String(index))
        }
        if (own === null) throw new DirectoryInUse(options.directory)
      } catch (error) {
        throw new Error(`${options.key}: ${(error as Error).message}`, { cause: error })
      }
      adopting = adoptAll()
      // Whoever publishes from here on queues behind what was left.
      await adopting
      cancelAdoption = scheduler.every(adoptMs, () => void (adopting = adopting.then(adoptAll)))
    },
    start() {
      isDraining = true
      for (const { spool } of held) spool.startDrain()
    },
    halt() {
      cancelAdoption()
      // An adoption that is under way begins no drain any more.
      isDraining = false
      for (const { spool } of held) spool.haltDrain()
    },
    async close() {
      await adopting
      for (const { spool, lock } of held) {
        await spool.close()
        await lock.release()
      }
    },
    accept(message) {
      if (own === null) queueMicrotask(() => message.spooled(notOpen))
      else own.accept(message)
    },
    hasWaiting: topicName => held.some(({ spool }) => spool.hasWaiting(topicName)),
    resolve: (entry, outcome) => own?.resolve(entry, outcome),
    status(id) {
      for (const { spool } of held) {
        const status = spool.status(id)
        if (status !== null) return status
      }
      return null
    },
  }
}

async function lockOf(directory: string): Promise<DirectoryLock | null> {
  try {
    return await lockDirectory(directory)
  } catch (error) {
    if (error instanceof DirectoryInUse) return null
    throw error
  }
}
