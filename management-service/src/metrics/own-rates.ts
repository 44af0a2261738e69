/**
 * Rates from the services' own figures, for an installation without Prometheus, and what else they tell.
 * Takes the processes that ZooKeeper shows. Asks each for its counters once a period and gives the rates
 * between the last two answers. Promises: a question costs nothing but the first one, which waits for two
 * answers; a process that does not answer is left out after `staleMs`, and all is unknown where ZooKeeper has
 * not answered for so long. Bounds: `processesMax` processes, `askMs` each, turns to work it out.
 */
import type { Asker } from '@iris/common/http/ask'
import type { Log } from '@iris/common/lifecycle/log'
import { figuresPath, readFigures, type FiguresPage } from '@iris/common/metrics/figures'
import type { Clock } from '@iris/common/time/clock'
import { sleep, withDeadline, type Cancel, type Scheduler } from '@iris/common/time/scheduler'
import { inTurns } from '@iris/common/time/turns'
import type { LiveProcess } from '../store/ports.js'
import { noRates, type Rates, type RateSource } from './rates.js'
import { ratesOf, type Sample, type SampledRates, type SamplePair } from './sampled-rates.js'

/** A process that counts, as ZooKeeper shows it. */
export type CountingProcess = Pick<LiveProcess, 'id' | 'kind' | 'url' | 'startedMs'>

/** What the last look at all processes came to. */
export interface Round {
  /** Of a clock that only goes forward. */
  readonly atMs: number
  readonly rates: SampledRates
  /** Two samples of each process that answered in this round. */
  readonly pairs: readonly SamplePair[]
  /** The pages of the processes that have answered within a minute. */
  readonly pages: readonly FiguresPage[]
  /**
   * What those told before, or null, that live and have not told what they did until this round: as long as
   * they are not given up.
   */
  readonly untold: readonly (Pick<FiguresPage, 'figures' | 'lags'> | null)[]
}

export interface OwnRates extends RateSource {
  start(): void
  stop(): void
  /** Null before the first round, and where nobody knows any more who lives. */
  latest(): Round | null
  /** Tells of each round when it is over; the next one waits for what becomes of that. */
  onRound(listener: (round: Round) => Promise<void>): void
  /** How long ago a process answered, in milliseconds; null where it has not. */
  answeredAgoMs(process: Pick<CountingProcess, 'id' | 'kind' | 'startedMs'>): number | null
}

interface Parts {
  readonly asker: Asker
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
  processes(): Promise<readonly CountingProcess[]>
}

interface Answer {
  readonly process: CountingProcess
  readonly json: unknown
  readonly atMs: number
}

interface Known {
  readonly before: Sample | null
  readonly after: Sample
  readonly page: FiguresPage
}

const processesMax = 256
const askMs = 2_000
const listMs = 2_000
const staleMs = 60_000
/** Between the first two samples, so that the first question is answered soon. */
const firstSpanMs = 1_000
/** How long a question waits for them. */
const firstMs = 5_000
const nothing: Omit<Sample, 'atMs'> = { figures: new Map(), latencies: new Map() }

/** Makes the source; nobody is asked before `start`. */
export function createOwnRates(parts: Parts, periodMs: number): OwnRates {
  const { asker, clock, scheduler, log } = parts
  const samples = new Map<string, Known>()
  /** When those were seen first that live. */
  const seenMs = new Map<string, number>()
  const listeners: ((round: Round) => Promise<void>)[] = []
  let listedMs = -Infinity
  let present: Round | null = null
  let round: Promise<void> | null = null
  let first: Promise<void> | null = null
  let cancel: Cancel = () => undefined

  const ask = async (process: CountingProcess): Promise<Answer | null> => {
    const { url } = process
    try {
      const json = await asker.json(url + figuresPath, askMs)
      return { process, json, atMs: clock.monotonic() }
    } catch (error) {
      log.debug('rates.unanswered', { url, error })
      return null
    }
  }

  const take = async ({ process, json, atMs }: Answer): Promise<void> => {
    const { url, startedMs } = process
    const page = await inTurns(parts, readFigures(json))
    if (page === null) return log.debug('rates.notUnderstood', { url })
    const after = { atMs, figures: page.figures, latencies: page.latencies }
    const life = lifeOf(process)
    samples.set(life, { before: samples.get(life)?.after ?? birthOf(startedMs, after), after, page })
  }

  /** Who began just now had counted nothing then; of others nobody knows what is new. */
  const birthOf = (startedMs: number, { atMs }: Sample): Sample | null => {
    const ageMs = clock.now() - startedMs
    return ageMs < 2 * periodMs ? { atMs: atMs - Math.max(ageMs, firstSpanMs), ...nothing } : null
  }

  const untoldSince = (beganMs: number, lives: readonly string[]): Round['untold'] =>
    lives.flatMap(life => {
      const known = samples.get(life)
      const heardMs = known?.after.atMs ?? seenMs.get(life) ?? beganMs
      const hasTold = heardMs >= beganMs && known !== undefined && known.before !== null
      return hasTold || heardMs < beganMs - staleMs ? [] : [known?.page ?? null]
    })

  const sample = async (): Promise<void> => {
    const beganMs = clock.monotonic()
    let asked: readonly CountingProcess[] = []
    try {
      const all = await withDeadline(scheduler, listMs, 'the list of processes', parts.processes())
      listedMs = clock.monotonic()
      const counting = all.filter(({ kind }) => kind !== 'management')
      const alive = new Set(counting.map(lifeOf))
      for (const each of [samples, seenMs])
        for (const life of each.keys()) if (!alive.has(life)) each.delete(life)
      for (const life of alive) if (!seenMs.has(life)) seenMs.set(life, beganMs)
      asked = counting.slice(0, processesMax)
      const answers = await Promise.all(asked.map(ask))
      for (const answer of answers) if (answer !== null) await take(answer)
    } catch (error) {
      log.warn('rates.processesUnknown', { error })
    }
    const oldestMs = clock.monotonic() - staleMs
    const known = [...samples.values()].filter(({ after }) => after.atMs >= oldestMs)
    const pairs = known.flatMap(({ before, after }) => (before === null ? [] : [{ before, after }]))
    present = {
      atMs: clock.monotonic(),
      rates: await inTurns(parts, ratesOf(pairs)),
      pairs: pairs.filter(({ after }) => after.atMs >= beganMs),
      pages: known.map(({ page }) => page),
      untold: untoldSince(beganMs, asked.map(lifeOf)),
    }
    for (const listener of listeners) await listener(present)
  }
  const next = (): Promise<void> => (round ??= sample().finally(() => (round = null)))

  const latest = (): Round | null => (clock.monotonic() - listedMs > staleMs ? null : present)
  const rates = async (): Promise<Rates> => {
    if (first !== null) await withDeadline(scheduler, firstMs, 'first rates', first).catch(() => undefined)
    return latest()?.rates ?? noRates
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
    latest,
    onRound: listener => void listeners.push(listener),
    answeredAgoMs(process) {
      const known = samples.get(lifeOf(process))
      return known === undefined ? null : clock.monotonic() - known.after.atMs
    },
  }
}

/** Differs from every other process', and after a restart. */
function lifeOf({ id, kind, startedMs }: Pick<CountingProcess, 'id' | 'kind' | 'startedMs'>): string {
  return `${kind} ${id} ${startedMs}`
}
