// pure
/**
 * Which topics nobody publishes to any more, and who has to be told.
 * Takes when each topic was published to last, and what was known the day before. Gives the inactive ones
 * and those that are due for a word. Bound: `historyMax` words are remembered for a topic.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'

/** An inactive topic as it is stored and answered. */
export const inactiveTopic = z.object({
  topic: z.string(),
  lastPublishedTsMs: z.number(),
  notificationTsMs: z.array(z.number()),
  whitelisted: z.boolean(),
})
export type InactiveTopic = ValueOf<typeof inactiveTopic>

export interface InactivityRules {
  /** Without a message for so long a topic is inactive. */
  readonly inactivityMs: number
  /** Between two words about the same topic. */
  readonly nextNotificationMs: number
  /** Qualified names that may be silent. */
  readonly whitelist: readonly string[]
  readonly historyMax: number
}

export interface LastPublished {
  readonly topic: string
  readonly lastPublishedTsMs: number
}

/** Judges all topics. Those in `due` get a word now, which is in their history already. */
export function judgeTopics(
  topics: readonly LastPublished[],
  before: readonly InactiveTopic[],
  { rules, nowMs }: { readonly rules: InactivityRules; readonly nowMs: number },
): { readonly inactive: readonly InactiveTopic[]; readonly due: readonly InactiveTopic[] } {
  const known = new Map(before.map(each => [each.topic, each]))
  const due: InactiveTopic[] = []
  const inactive = topics
    .filter(({ lastPublishedTsMs }) => lastPublishedTsMs + rules.inactivityMs < nowMs)
    .map(({ topic, lastPublishedTsMs }): InactiveTopic => {
      const former = known.get(topic)?.notificationTsMs ?? []
      const whitelisted = rules.whitelist.includes(topic)
      const isDue = !whitelisted && nowMs - Math.max(-Infinity, ...former) >= rules.nextNotificationMs
      const notificationTsMs = isDue ? [...former, nowMs].slice(-rules.historyMax) : former
      const judged = { topic, lastPublishedTsMs, notificationTsMs, whitelisted }
      if (isDue) due.push(judged)
      return judged
    })
  return { inactive, due }
}
