// pure
/**
 * What moved lately, step by step, as long as this process remembers.
 * Takes movements as they are found. Gives series of the whole, of a topic or of a subscription. Promises:
 * what is not known is null and never 0; who does nothing costs nothing. Bounds: `steps` of each,
 * `subjectsMax` topics and subscriptions; beyond them who has not moved for longest goes, and nobody is let
 * in for whom everybody would have to go that moves.
 */
import type { Work } from '@iris/common/time/turns'
import { seriesNames, stillness, type Movement, type Movements, type SeriesName } from './movements.js'

export interface HistoryBounds {
  readonly stepMs: number
  readonly steps: number
  readonly subjectsMax: number
}

/** What is shown of one. */
export interface History {
  readonly stepMs: number
  /** Wall time of the first value, and behind the last. */
  readonly fromMs: number
  readonly toMs: number
  readonly series: Readonly<Record<SeriesName, readonly (number | null)[]>>
}

export interface HistoryMemory {
  /** Row by row; the step is not shown before all of it is there. */
  record(nowMs: number, movements: Movements): Work<void>
  /** Of the whole for null; of the last `steps` steps, or fewer where it began later. */
  read(id: string | null, nowMs: number, steps: number): History
  /** Topics and subscriptions that are remembered. */
  count(): number
}

const width = seriesNames.length

/** Of one: which step each place holds, and its values; NaN is null. */
interface Subject {
  readonly epochs: Float64Array
  readonly values: Float32Array
  since: number
  movedAt: number
}

/** Makes an empty memory. */
export function createHistoryMemory(bounds: HistoryBounds): HistoryMemory {
  const { stepMs, steps: length, subjectsMax } = bounds
  const all = emptySubject(length)
  /** Of each place, whether every process had answered. */
  const areAllTold = new Array<boolean>(length).fill(false)
  // In the order in which they moved last.
  const subjects = new Map<string, Subject>()
  let first = Infinity
  let last = { epoch: -Infinity, atMs: -Infinity }
  /** Before this step somebody was forgotten: of whom nothing is known now, nothing was known then. */
  let forgottenAt = -Infinity

  const put = (subject: Subject, epoch: number, movement: Movement | null): void => {
    const place = epoch % length
    subject.epochs[place] = epoch
    subject.movedAt = epoch
    seriesNames.forEach((name, index) => {
      subject.values[place * width + index] = movement?.[name] ?? Number.NaN
    })
  }
  const admit = (id: string, epoch: number): Subject | null => {
    if (subjects.size >= subjectsMax) {
      const [oldest] = subjects
      if (oldest === undefined || oldest[1].movedAt >= epoch) return null
      subjects.delete(oldest[0])
      forgottenAt = epoch
    }
    const made = emptySubject(length)
    made.since = epoch
    subjects.set(id, made)
    return made
  }
  const valuesAt = (subject: Subject | undefined, epoch: number): Movement | Float32Array | null => {
    const place = epoch % length
    if (subject?.epochs[place] === epoch) return subject.values.subarray(place * width, (place + 1) * width)
    // Of this step nobody was asked.
    if (all.epochs[place] !== epoch) return null
    // Who did not move may have done so in a process that did not answer.
    if (subject === all || !areAllTold[place]) return null
    const isKnown = epoch >= (subject?.since ?? Infinity) || epoch > forgottenAt
    return isKnown ? stillness : null
  }

  return {
    *record(nowMs, { all: whole, of }) {
      const epoch = stepOf(nowMs, last, stepMs)
      last = { epoch, atMs: nowMs }
      const fresh: string[] = []
      for (const [id, movement] of of) {
        yield
        const known = subjects.get(id)
        if (known === undefined) {
          fresh.push(id)
          continue
        }
        subjects.delete(id)
        subjects.set(id, known)
        put(known, epoch, movement)
      }
      for (const id of fresh) {
        yield
        const subject = admit(id, epoch)
        // Who was not let in moved, and nobody keeps it.
        if (subject === null) forgottenAt = epoch
        else put(subject, epoch, of.get(id) ?? stillness)
      }
      first = Math.min(first, epoch)
      put(all, epoch, whole)
      areAllTold[epoch % length] = whole !== null
    },
    read(id, nowMs, steps) {
      const now = Math.floor(nowMs / stepMs)
      // The step that is under way has nothing yet.
      const end = all.epochs[now % length] === now ? now + 1 : now
      const begin = Math.min(end, Math.max(first, end - Math.min(steps, length)))
      const subject = id === null ? all : subjects.get(id)
      const rows: (Movement | Float32Array | null)[] = []
      for (let epoch = begin; epoch < end; epoch++) rows.push(valuesAt(subject, epoch))
      const series = Object.fromEntries(
        seriesNames.map((name, index) => [name, rows.map(row => valueOf(row, name, index))]),
      ) as Record<SeriesName, (number | null)[]>
      return { stepMs, fromMs: begin * stepMs, toMs: end * stepMs, series }
    },
    count: () => subjects.size,
  }
}

/** Looks come a step apart, but for the moment that each takes: none is left out or taken twice for that. */
function stepOf(
  nowMs: number,
  last: { readonly epoch: number; readonly atMs: number },
  stepMs: number,
): number {
  const epoch = Math.floor(nowMs / stepMs)
  const steps = (nowMs - last.atMs) / stepMs
  return Math.abs(epoch - last.epoch - 1) === 1 && steps > 0.5 && steps < 1.5 ? last.epoch + 1 : epoch
}

function emptySubject(length: number): Subject {
  return {
    epochs: new Float64Array(length).fill(-1),
    values: new Float32Array(length * width),
    since: -Infinity,
    movedAt: -Infinity,
  }
}

/** To a thousandth: a float of 32 bits knows no more. */
function valueOf(row: Movement | Float32Array | null, name: SeriesName, index: number): number | null {
  const value = row === null ? null : row instanceof Float32Array ? row[index] : row[name]
  return value === null || value === undefined || Number.isNaN(value)
    ? null
    : Math.round(value * 1_000) / 1_000
}
