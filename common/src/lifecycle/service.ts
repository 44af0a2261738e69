/**
 * The life of a service process: start, run, drain, end.
 * Takes a start function that gives a stop function. Gives an exit code: 0 after a clean stop, 1 otherwise.
 * Promises: SIGTERM and SIGINT drain within `stopMs`; a second signal, an unhandled error or a broken
 * invariant ends the process at once.
 */
import { systemScheduler, withDeadline } from '../time/scheduler.js'
import type { Log } from './log.js'

/** Stops what `start` started, in its own order. Must settle within `stopMs`. */
export type Stop = () => Promise<void>

export interface ServiceRun {
  readonly name: string
  readonly log: Log
  /** The longest a stop may take before the process ends anyway. */
  readonly stopMs: number
  /** Resolves with who says so when this process is to stop by another one's word. */
  readonly whenToStop?: Promise<string>
  start(): Promise<Stop>
}

/** Runs a service until a signal. Never returns normally: it sets the exit code and ends the process. */
export async function runService(run: ServiceRun): Promise<void> {
  const die = (event: string, error: unknown): void => {
    run.log.error(event, { service: run.name, error })
    process.exit(1)
  }
  process.on('uncaughtException', error => die('service.uncaught', error))
  process.on('unhandledRejection', error => die('service.unhandledRejection', error))

  const { whenToStop } = run
  // Who is told by another process may get the same signal as that one, and must not take it for a second.
  const signal = whenToStop === undefined ? nextSignal(true) : Promise.race([nextSignal(false), whenToStop])
  const starting = run.start()
  let stop: Stop
  try {
    stop = await starting
  } catch (error) {
    return die('service.startFailed', error)
  }
  run.log.info('service.started', { service: run.name, pid: process.pid })
  const name = await signal
  run.log.info('service.stopping', { service: run.name, signal: name })
  try {
    await withDeadline(systemScheduler, run.stopMs, `stop of ${run.name}`, stop())
  } catch (error) {
    return die('service.stopFailed', error)
  }
  run.log.info('service.stopped', { service: run.name })
  process.exit(0)
}

function nextSignal(isSecondFinal: boolean): Promise<string> {
  return new Promise(resolve => {
    let isStopping = false
    const onSignal = (name: NodeJS.Signals): void => {
      if (isStopping && isSecondFinal) process.exit(1)
      isStopping = true
      resolve(name)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}
