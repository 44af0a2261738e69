/**
 * A worker's side of the words between it and its primary.
 * Takes the process' channel. Gives the wish to stop, status pages as the primary tells them, and a way to
 * say how this worker is. Promises: a question that the primary does not answer in time is answered 503.
 */
import type { StatusAnswer, StatusPage } from '@iris/common/http/status-routes'
import type { MetricsSnapshot } from '@iris/common/metrics/registry'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { PrimaryWord, WorkerWord } from './words.js'

/** What a worker speaks through: its process. */
export interface Channel {
  send?(word: WorkerWord): boolean
  on(event: 'message', listener: (word: PrimaryWord) => void): unknown
}

export interface WorkerSide {
  /** The pages of the frontend, told by the primary. */
  pages(paths: readonly string[]): StatusPage[]
  /** Says once a period how this worker is, when that changed; `measure` gives its metrics. */
  begin(isReady: () => boolean, measure: () => Promise<MetricsSnapshot>): void
  /** This worker accepts no further connection; resolves when none does, or after a moment. */
  portClosed(): Promise<void>
  /** Calls back when the primary wants this worker to stop. */
  onStop(stop: () => void): void
}

const askMs = 5_000
const statePeriodMs = 50
/** How long a worker waits for the others to close the port: they begin their stop at the same time. */
export const portMs = 1_000
const silent: StatusAnswer = { status: 503, body: 'NOT_READY' }

/** Makes the worker's side. */
export function createWorkerSide(channel: Channel, scheduler: Scheduler): WorkerSide {
  const asked = new Map<number, (answer: StatusAnswer) => void>()
  let questions = 0
  let measureNow: (() => Promise<MetricsSnapshot>) | null = null
  let stopNow: () => void = () => undefined
  let allClosed: () => void = () => undefined
  const say = (word: WorkerWord): void => void channel.send?.(word)

  channel.on('message', word => {
    if (word.kind === 'page') asked.get(word.id)?.(word.answer)
    else if (word.kind === 'stop') stopNow()
    else if (word.kind === 'allClosed') allClosed()
    else if (measureNow !== null)
      void measureNow().then(snapshot => say({ kind: 'metrics', id: word.id, snapshot }))
  })
  const ask = (path: string): Promise<StatusAnswer> =>
    new Promise(resolve => {
      const id = ++questions
      const end = (answer: StatusAnswer): void => {
        cancel()
        asked.delete(id)
        resolve(answer)
      }
      const cancel = scheduler.after(askMs, () => end(silent))
      asked.set(id, end)
      say({ kind: 'ask', id, path })
    })
  return {
    pages: paths => paths.map(path => ({ path, read: () => ask(path) })),
    begin(isReady, measure) {
      measureNow = measure
      let told = false
      scheduler.every(statePeriodMs, () => {
        const now = isReady()
        if (now !== told) say({ kind: 'state', isReady: now })
        told = now
      })
    },
    portClosed: () =>
      new Promise(resolve => {
        allClosed = resolve
        scheduler.after(portMs, resolve)
        say({ kind: 'portClosed' })
      }),
    onStop: stop => void (stopNow = stop),
  }
}
