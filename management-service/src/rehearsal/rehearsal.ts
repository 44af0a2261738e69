/**
 * One dry run: the clients of management, writing nothing, and what they would have done.
 * Takes the clients. Gives others for all use cases, the clean-up that they ask for, and the answer.
 */
import { tolerantVault } from '@iris/common/secrets/vault'
import type { ManagementBase } from '../base.js'
import type { Outside } from '../outside.js'
import type { GroupCleanUp, UnusedGroup } from '../subscriptions/group-clean-up.js'
import type { Pause } from '../subscriptions/pause.js'
import type { DryRunAnswer } from './answer.js'
import { createRecordingKafka } from './recording-kafka.js'
import { createRecordingRegistry } from './recording-registry.js'
import { createRecordingSession } from './recording-session.js'
import { toldChanges } from './told.js'

export interface RehearsalParts {
  readonly outside: Outside
  readonly cleanUp: Pick<GroupCleanUp, 'later'>
  readonly pause: Pause
  /** `removeUnused` is what a clean-up would do in the end. */
  answer(status: number, removeUnused: (unused: UnusedGroup) => Promise<void>): Promise<DryRunAnswer>
}

/** Begins one. */
export function beginRehearsal(base: ManagementBase, real: Outside, root: string): RehearsalParts {
  const recorded = createRecordingSession(real.session, base.clock.now())
  const kafka = createRecordingKafka(real.kafka, real.producer)
  const schemas = real.schemas === null ? null : createRecordingRegistry(real.schemas)
  const unused: UnusedGroup[] = []
  return {
    outside: {
      ...real,
      session: recorded.session,
      kafka: kafka.kafka,
      producer: kafka.producer,
      schemas: schemas?.registry ?? null,
      // A key that was not made lets nobody in.
      keyRing: { ...real.keyRing, learn: () => undefined },
    },
    cleanUp: { later: each => void unused.push(each) },
    // Nobody was told to stop, so nobody will.
    pause: () => Promise.resolve(),
    async answer(status, removeUnused) {
      for (const each of unused) await removeUnused(each)
      return {
        dryRun: true,
        status,
        changes: [...toldChanges(recorded.changes(), root, tolerantVault(real.vault))],
        kafka: kafka.effects,
        schemas: schemas?.effects ?? { register: [], remove: [] },
      }
    },
  }
}
