// pure
/**
 * One thing that a diagnosis found.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { Facts } from './facts.js'
import type { Tally } from './tally.js'

const severities = ['critical', 'warning', 'info'] as const

export const findingShape = z.object({
  cause: z.string().describe('A word for programs'),
  severity: z
    .enum(severities)
    .describe(
      '`critical`: nothing is delivered; `warning`: less or later than it could be; `info`: how things stand',
    ),
  text: z.string().describe('What is so, in a sentence with figures'),
  figures: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  next: z.string().describe('What happens next by itself, and what to do'),
})
export type Finding = ValueOf<typeof findingShape>
export type Severity = Finding['severity']

/** Tells one cause from the facts; null where it is not at work. */
export type Cause = (facts: Facts, tally: Tally) => Finding | null
