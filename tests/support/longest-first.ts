/**
 * The order in which test files begin.
 * Takes the files of a run. Gives those that take longest first, so that no worker is left alone with one of
 * them at the end; a fresh clone has no times of an earlier run to go by.
 */
import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of ten seconds and more, by their seconds on two cores. */
const longest = [
  'start',
  'publish-faults',
  'ownership-zookeeper-away',
  'management-storage-away',
  'ownership-processes',
  'respond-async',
  'scheduled',
  'idempotency',
  'watch-scale',
  'ensemble',
  'github',
  'retry-delay-topic',
  'delivery-failures',
  'redrive',
  'subscribers',
  'retransmission',
  'session-faults',
  'producer-faults',
  'producer',
  'delivery-batch',
  'delivery-limits',
  'rate-adaptation',
  'pause-frozen-process',
  'definitions',
  'oauth',
  'reader',
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
