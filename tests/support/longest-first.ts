/**
 * The order in which test files begin.
 * Takes the files of a run. Gives the long ones, which mostly wait for sessions and faults, from the longest
 * on, and beside them the short ones, which mostly compute: so neither the waiting nor the computing ones are
 * alone, and no worker is left with a long one at the end. A fresh clone has no times of an earlier run.
 */
import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Of the workers, so many begin with long files. */
const workersOfLong = 2
const workersOfShort = 2
const secondsOfShort = 8

/** Files of 20 seconds and more, by their seconds on two cores with four workers. */
const long: Readonly<Record<string, number>> = {
  'ownership-processes': 53,
  'publish-faults': 48,
  console: 46,
  start: 44,
  'ownership-zookeeper-away': 41,
  'e-replication': 33,
  documents: 30,
  'management-storage-away': 29,
  'session-faults': 28,
  subscribers: 26,
  'retry-delay-topic': 26,
  producer: 25,
  'publish-stop': 25,
  'delivery-failures': 24,
  redrive: 23,
  'rate-adaptation': 22,
  idempotency: 21,
  'watch-scale': 21,
  'delivery-limits': 21,
  'respond-async': 20,
  'management-changes': 20,
  retransmission: 20,
  kafka: 20,
  'iris-command': 20,
}

/** A stable order: by the moment at which each file would begin if its kind kept to its workers. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    if (sorted.every(({ project }) => project.name === 'unit')) return sorted
    const longOnes = sorted.filter(each => secondsOf(each) > 0).sort((a, b) => secondsOf(b) - secondsOf(a))
    const shortOnes = sorted.filter(each => secondsOf(each) === 0)
    const longAtS = beginTimes(longOnes.map(secondsOf), workersOfLong)
    const shortAtS = beginTimes(
      shortOnes.map(() => secondsOfShort),
      workersOfShort,
    )
    const begins = [...longOnes, ...shortOnes].map((file, index) => ({
      file,
      atS: [...longAtS, ...shortAtS][index] ?? 0,
    }))
    return begins.sort((one, other) => one.atS - other.atS).map(({ file }) => file)
  }
}

/** When each would begin: always the next one on the worker that is free first. */
function beginTimes(lengths: readonly number[], workers: number): readonly number[] {
  const freeAt = Array.from({ length: workers }, () => 0)
  return lengths.map(length => {
    const at = Math.min(...freeAt)
    freeAt[freeAt.indexOf(at)] = at + length
    return at
  })
}

function secondsOf({ moduleId }: TestSpecification): number {
  const [name = ''] = basename(moduleId).split('.')
  return long[name] ?? 0
}
