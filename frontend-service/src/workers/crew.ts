/**
 * The workers of a frontend, as their primary looks after them.
 * Takes a way to start a worker. Gives whether all are ready, and their metrics.
 * Promises: who dies is started again, after a wait that grows while it keeps dying; who dies before all were
 * ready fails the start. A stop tells all at once, and kills who does not end in time.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { MetricsSnapshot } from '@iris/common/metrics/registry'
import { backoffMs } from '@iris/common/time/backoff'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { PrimaryWord, WorkerWord } from './words.js'

/** A worker process under the primary's hand. */
export interface WorkerProcess {
  readonly pid: number
  /** Nothing happens where it is gone. */
  say(word: PrimaryWord): void
  kill(): void
  onWord(listener: (word: WorkerWord) => void): void
  /** Once, when the process is gone. */
  onExit(listener: (how: string) => void): void
}

export interface CrewParts {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Starts a worker; `number` counts from 1 and is the same again for who takes its place. */
  readonly fork: (number: number) => WorkerProcess
  /** A worker was asked for a status page. */
  readonly onAsk: (worker: WorkerProcess, id: number, path: string) => void
}

export interface Crew {
  /** Resolves when all are ready for the first time. */
  start(): Promise<void>
  /** Resolves when all are gone. */
  stop(withinMs: number): Promise<void>
  readyCount(): number
  areAllReady(): boolean
  restartCount(): number
  /** Of the workers that answer in time. */
  snapshots(): Promise<readonly MetricsSnapshot[]>
}

interface Berth {
  worker: WorkerProcess | null
  isReady: boolean
  isPortClosed: boolean
  sinceMs: number
  /** Deaths one after the other, each soon after its start. */
  deaths: number
}

const restartBackoff = { firstMs: 200, factor: 2, capMs: 10_000 }
/** Who lived so long died of something new. */
const settledMs = 60_000
const snapshotMs = 2_000

/** Makes a crew of `count` workers that are not started. */
export function createCrew(parts: CrewParts, count: number): Crew {
  const { log, clock, scheduler } = parts
  const berths = Array.from(
    { length: count },
    (): Berth => ({
      ...{ worker: null, isReady: false, isPortClosed: false, sinceMs: 0, deaths: 0 },
    }),
  )
  const asked = new Map<number, (snapshot: MetricsSnapshot) => void>()
  let [questions, restarts] = [0, 0]
  let phase: 'starting' | 'running' | 'stopping' = 'starting'
  let started: { resolve(): void; reject(error: Error): void } | null = null
  let onGone: () => void = () => undefined

  const launch = (berth: Berth, index: number): void => {
    const worker = parts.fork(index + 1)
    Object.assign(berth, { worker, isReady: false, isPortClosed: false, sinceMs: clock.monotonic() })
    worker.onWord(word => hear(berth, worker, word))
    worker.onExit(how => bury(berth, index, how))
  }
  const hear = (berth: Berth, worker: WorkerProcess, word: WorkerWord): void => {
    if (word.kind === 'ask') parts.onAsk(worker, word.id, word.path)
    else if (word.kind === 'portClosed') portClosed(berth, worker)
    else if (word.kind === 'metrics') asked.get(word.id)?.(word.snapshot)
    else {
      berth.isReady = word.isReady
      if (phase !== 'starting' || !areAllReady()) return
      phase = 'running'
      started?.resolve()
    }
  }
  const portClosed = (berth: Berth, worker: WorkerProcess): void => {
    berth.isPortClosed = true
    if (phase === 'running') worker.say({ kind: 'allClosed' })
    else tellWhenAllClosed()
  }
  /** Whose connection ends while another worker still accepts would connect there, and be cut off there. */
  const tellWhenAllClosed = (): void => {
    if (berths.every(({ worker, isPortClosed }) => worker === null || isPortClosed))
      living().forEach(worker => worker.say({ kind: 'allClosed' }))
  }
  const bury = (berth: Berth, index: number, how: string): void => {
    const { worker, sinceMs } = berth
    berth.worker = null
    berth.isReady = false
    if (phase === 'stopping') {
      tellWhenAllClosed()
      return onGone()
    }
    log.error('workers.died', { worker: index + 1, pid: worker?.pid ?? 0, how })
    if (phase === 'starting')
      return started?.reject(new Error(`Worker ${index + 1} ended (${how}) while it started`))
    berth.deaths = clock.monotonic() - sinceMs >= settledMs ? 1 : berth.deaths + 1
    restarts++
    scheduler.after(backoffMs(restartBackoff, berth.deaths), () => {
      if (phase === 'running') launch(berth, index)
    })
  }
  const areAllReady = (): boolean => berths.every(({ isReady }) => isReady)
  const living = (): WorkerProcess[] => berths.flatMap(({ worker }) => worker ?? [])
  const snapshotOf = (worker: WorkerProcess): Promise<MetricsSnapshot | null> =>
    new Promise(resolve => {
      const id = ++questions
      const end = (snapshot: MetricsSnapshot | null): void => {
        cancel()
        asked.delete(id)
        resolve(snapshot)
      }
      const cancel = scheduler.after(snapshotMs, () => end(null))
      asked.set(id, end)
      worker.say({ kind: 'measure', id })
    })

  return {
    start: () =>
      new Promise((resolve, reject) => {
        started = { resolve, reject }
        berths.forEach(launch)
      }),
    stop(withinMs) {
      phase = 'stopping'
      return new Promise(resolve => {
        const cancel = scheduler.after(withinMs, () => living().forEach(worker => worker.kill()))
        onGone = () => {
          if (living().length > 0) return
          cancel()
          resolve()
        }
        living().forEach(worker => worker.say({ kind: 'stop' }))
        onGone()
      })
    },
    readyCount: () => berths.filter(({ isReady }) => isReady).length,
    areAllReady,
    restartCount: () => restarts,
    async snapshots() {
      const all = await Promise.all(living().map(snapshotOf))
      return all.filter(snapshot => snapshot !== null)
    },
  }
}
