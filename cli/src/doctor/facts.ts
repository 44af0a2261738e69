// pure
/**
 * What a doctor looks at: the answers of management's `/checkup` and `/overview`, and what is seen from here.
 * Takes JSON. Gives facts; refuses an answer that has not their shape.
 */
import { z } from 'zod'

const answered = { tookMs: z.number().nullable(), problem: z.string().nullable() }
const self = z.object({
  version: z.string(),
  node: z.string(),
  isReady: z.boolean(),
  settings: z.record(z.string(), z.string()),
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable(),
})

const checkupShape = z.object({
  at: z.string(),
  zookeeper: z.object(answered),
  kafka: z.object({
    ...answered,
    brokers: z.array(z.unknown()),
    topics: z.number(),
    problemCount: z.number(),
    problems: z.array(z.object({ topic: z.string(), problem: z.string(), text: z.string() })),
  }),
  processes: z.array(
    z.object({
      ...answered,
      ...{ id: z.string(), kind: z.string(), version: z.string().nullable() },
      clockAheadMs: z.number().nullable(),
      self: self.nullable(),
    }),
  ),
})
const overviewShape = z.object({
  counts: z.object({ topics: z.number(), subscriptions: z.number(), suspended: z.number() }),
  stuckCount: z.number(),
  stuck: z.array(z.object({ topic: z.string(), subscription: z.string(), text: z.string() })),
  openCircuitCount: z.number(),
  openCircuits: z.array(z.object({ topic: z.string(), subscription: z.string(), text: z.string() })),
})

const overviewOrProblem = z.union([overviewShape, z.object({ problem: z.string() })])

export type CheckupFacts = z.infer<typeof checkupShape>
export type ProcessFacts = CheckupFacts['processes'][number]

export interface Facts {
  readonly checkup: CheckupFacts
  /** Or what management said instead, as it does without ZooKeeper. */
  readonly overview: z.infer<typeof overviewShape> | { readonly problem: string }
  /** From here. */
  readonly frontend: { readonly url: string; readonly tookMs: number; readonly problem: string | null } | null
  readonly own: { readonly version: string; readonly nowMs: number }
}

/** Reads both answers, the second where there is one; null where management answers something else. */
export function readFacts(checkup: unknown, overview: unknown): Pick<Facts, 'checkup' | 'overview'> | null {
  const [one, other] = [checkupShape.safeParse(checkup), overviewOrProblem.safeParse(overview)]
  return one.success && other.success ? { checkup: one.data, overview: other.data } : null
}
