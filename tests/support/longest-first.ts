/**
 * The order in which test files begin.
 * Takes the files of a run. Gives those that take longest first, so that no worker is left alone with one of
 * them at the end; a fresh clone has no times of an earlier run to go by.
 */
import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of nine seconds and more, by their seconds on two cores with three workers. */
const longest = [
  'publish-faults',
  'start',
  'ownership-zookeeper-away',
  'ownership-processes',
  'producer',
  'session-faults',
  'retry-delay-topic',
  'watch-scale',
  'management-storage-away',
  'delivery-failures',
  'rate-adaptation',
  'idempotency',
  'redrive',
  'delivery-limits',
  'retransmission',
  'delivery-batch',
  'github',
  'publish-stop',
  'kafka',
  'rate-lending',
  'subscribers',
  'scheduled',
  'respond-async',
  'producer-faults',
  'pause-frozen-process',
]

/** A stable order: the longest, then as Vitest would. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const [name = ''] = basename(moduleId).split('.')
      const at = project.name === 'unit' ? -1 : longest.indexOf(name)
      return at < 0 ? longest.length : at
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}
