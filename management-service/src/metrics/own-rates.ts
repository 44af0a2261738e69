/**
 * Rates from the services' own figures, for an installation without Prometheus.
 * Takes the processes that ZooKeeper shows. Asks each for its counters once a period and gives the rates
 * between the last two answers. Promises: a question costs nothing but the first one, which waits for two
 * answers; a process that does not answer is left out after `staleMs`, and all is unknown where ZooKeeper has
 * not answered for so long. Bounds: `processesMax` processes, `askMs` each.
 */
import type { Asker } from '@iris/common/http/ask'
import type { Log } from '@iris/common/lifecycle/log'
import { figuresPath, readFigures, type FigureTable } from '@iris/common/metrics/figures'
import type { Clock } from '@iris/common/time/clock'
import { sleep, withDeadline, type Cancel, type Scheduler } from '@iris/common/time/scheduler'
import { noRates, type Rates, type RateSource } from './rates.js'
import { ratesOf, type Sample } from './sampled-rates.js'

/** A process that counts. */
export interface CountingProcess {
  /** Differs from every other one's, and after a restart. */
  readonly id: string
  readonly url: string
  readonly startedMs: number
}

export interface OwnRates extends RateSource {
  start(): void
  stop(): void
}

interface Parts {
  readonly asker: Asker
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
  processes(): Promise<readonly CountingProcess[]>
}

const processesMax = 256
const askMs = 2_000
const listMs = 2_000
const staleMs = 60_000
/** Between the first two samples, so that the first question is answered soon. */
const firstSpanMs = 1_000
/** How long a question waits for them. */
const firstMs = 5_000
const nothing: FigureTable = new Map()

/** Makes the source; nobody is asked before `start`. */
export function createOwnRates(parts: Parts, periodMs: number): OwnRates {
  const { asker, clock, scheduler, log } = parts
  const samples = new Map<string, { before: Sample | null; after: Sample }>()
  let listedMs = -Infinity
  let present: Rates = noRates
  let round: Promise<void> | null = null
  let first: Promise<void> | null = null
  let cancel: Cancel = () => undefined

  const ask = async ({ id, url, startedMs }: CountingProcess): Promise<void> => {
    try {
      const figures = readFigures(await asker.json(url + figuresPath, askMs))
      if (figures === null) throw new Error('its answer is of another version')
      const after = { atMs: clock.monotonic(), figures }
      samples.set(id, { before: samples.get(id)?.after ?? birthOf(startedMs, after), after })
    } catch (error) {
      log.debug('rates.unanswered', { url, error })
    }
  }

  /** Who began just now had counted nothing then; of others nobody knows what is new. */
  const birthOf = (startedMs: number, { atMs }: Sample): Sample | null => {
    const ageMs = clock.now() - startedMs
    return ageMs < 2 * periodMs ? { atMs: atMs - Math.max(ageMs, firstSpanMs), figures: nothing } : null
  }

  const sample = async (): Promise<void> => {
    try {
      const all = await withDeadline(scheduler, listMs, 'the list of processes', parts.processes())
      listedMs = clock.monotonic()
      const alive = new Set(all.map(({ id }) => id))
      for (const id of samples.keys()) if (!alive.has(id)) samples.delete(id)
      await Promise.all(all.slice(0, processesMax).map(ask))
    } catch (error) {
      log.warn('rates.processesUnknown', { error })
    }
    const oldestMs = clock.monotonic() - staleMs
    present = ratesOf(
      [...samples.values()].flatMap(({ before, after }) =>
        before === null || after.atMs < oldestMs ? [] : [{ before, after }],
      ),
    )
  }
  const next = (): Promise<void> => (round ??= sample().finally(() => (round = null)))

  const rates = async (): Promise<Rates> => {
    if (first !== null) await withDeadline(scheduler, firstMs, 'first rates', first).catch(() => undefined)
    return clock.monotonic() - listedMs > staleMs ? noRates : present
  }

  return {
    start() {
      first = next()
        .then(() => sleep(scheduler, firstSpanMs))
        .then(next)
      cancel = scheduler.every(periodMs, () => void next())
    },
    stop: () => cancel(),
    topics: rates,
    subscriptions: rates,
  }
}
