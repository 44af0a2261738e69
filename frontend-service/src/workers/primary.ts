/**
 * The primary of a frontend with several workers: it serves no message itself.
 * Takes the configuration. Gives start and stop of all workers. Promises: it answers for all of them: ready
 * when every worker is, red from the first moment of a stop, metrics added up; who connects is served, or
 * hears at once that the worker is gone. When it dies its workers die with it.
 */
import cluster, { type Worker } from 'node:cluster'
import type { StatusAnswer } from '@iris/common/http/status-routes'
import { frontendMetrics } from '@iris/common/metrics/names'
import { createMetrics, mergedText, type Metrics } from '@iris/common/metrics/registry'
import type { FrontendBase, FrontendConfig } from '../base.js'
import { createReadiness, readinessPages } from '../readiness/readiness.js'
import { metricsPrefix, stopMsOf } from '../wire.js'
import { closeWhatNobodyTook } from './hand-over.js'
import { createCrew, type Crew, type WorkerProcess } from './crew.js'
import type { PrimaryWord, WorkerWord } from './words.js'

/** Tells a worker its place. */
export const placeVariable = 'FRONTEND_WORKER'

export interface Primary {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Makes the primary. */
export function createPrimary(base: FrontendBase, config: FrontendConfig): Primary {
  const metrics = createMetrics(metricsPrefix)
  const crew: Crew = createCrew(
    { ...base, fork, onAsk: (...asked) => void answerAsk(...asked) },
    config.workers,
  )
  const readiness = createReadiness([() => crew.areAllReady()])
  const pages = new Map(readinessPages(readiness).map(page => [page.path, page.read]))
  const restarts = metrics.counter(frontendMetrics.workerRestarts)
  metrics.gauge(frontendMetrics.workers, () => crew.readyCount())
  const answerAsk = async (worker: WorkerProcess, id: number, path: string): Promise<void> => {
    restarts.value = crew.restartCount()
    const answer = pages.has(path) ? await pages.get(path)?.() : await metricsOf(crew, metrics)
    if (answer !== undefined) worker.say({ kind: 'page', id, answer })
  }
  return {
    async start() {
      // Metrics may hold what JSON does not: NaN.
      cluster.setupPrimary({ serialization: 'advanced' })
      await crew.start()
      readiness.kafkaSeen()
      readiness.started()
      base.log.info('workers.ready', { workers: config.workers })
    },
    stop() {
      readiness.stopping()
      return crew.stop(stopMsOf(config))
    },
  }
}

async function metricsOf(crew: Crew, metrics: Metrics): Promise<StatusAnswer> {
  const snapshots = [await metrics.snapshot(), ...(await crew.snapshots())]
  return { status: 200, body: await mergedText(metricsPrefix, snapshots), contentType: metrics.contentType }
}

function fork(number: number): WorkerProcess {
  const worker = cluster.fork({ [placeVariable]: String(number) })
  closeWhatNobodyTook(worker.process)
  return asProcess(worker)
}

function asProcess(worker: Worker): WorkerProcess {
  return {
    pid: worker.process.pid ?? 0,
    say(word: PrimaryWord) {
      // The answer to who died meanwhile has nowhere to go; its death is heard by `onExit`.
      if (worker.isConnected()) worker.send(word, () => undefined)
    },
    kill: () => void worker.process.kill('SIGKILL'),
    onWord: listener => void worker.on('message', (word: WorkerWord) => listener(word)),
    onExit: listener =>
      void worker.on('exit', (code: number | null, signal: string | null) =>
        listener(signal === null ? `code ${code}` : `signal ${signal}`),
      ),
  }
}
