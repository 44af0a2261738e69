// pure
/**
 * Whether an operator lets anything be published to a topic: Iris' own member `publishing` of a topic.
 * Takes the member of a body or node. Gives why publishing is stopped, or null where it is not.
 */
import { plainFlag, plainObject, plainText } from './json-shapes.js'
import type { Violations } from './violations.js'

/** A topic that takes no messages. */
export interface BlockedPublishing {
  /** For the publishers; may be empty. */
  readonly reason: string
}

export const reasonLengthMax = 500

export const publishingShape = plainObject({ blocked: plainFlag, reason: plainText }).transform(
  (publishing): BlockedPublishing | null =>
    publishing?.blocked === true ? { reason: publishing.reason ?? '' } : null,
)

/** Adds a sentence for a reason that no answer could carry. */
export function checkPublishing(violations: Violations, blocked: BlockedPublishing | null): void {
  if (blocked === null) return
  violations.plainText('Topic.publishing.reason', blocked.reason)
  violations.atMost('Topic.publishing.reason length', blocked.reason.length, reasonLengthMax)
}
