/**
 * How dead letters are meant, in bodies and in queries: what `selectionOf` and `filterOfQuery` read.
 */
import { z } from 'zod'
import { filterTextMax, idsMax } from '@iris/common/dead-letters/selection'
import { failureCauseText, isFailureCause } from '@iris/common/domain/failure-cause'
import { deadLetterClasses } from '@iris/common/kafka/dead-letter-headers'
import { moment } from './parameters.js'

const text = (description: string): z.ZodType =>
  z.string().min(1).max(filterTextMax).optional().describe(description)
const status = z.coerce.number().int().min(100).max(999)

/** Parameters of a query; every one that is given must fit. */
export const letterFilter = {
  reason: text('A reason that contains the text, letter case aside'),
  class: z.enum(deadLetterClasses).optional().describe('Who let it die'),
  cause: z
    .string()
    .refine(isFailureCause)
    .optional()
    .describe(`Why the last attempt failed: ${failureCauseText}`),
  status: status.optional().describe('Status of the last answer'),
  from: moment('The first time of death'),
  to: moment('The time of death before which it was'),
  messageId: text('The message'),
  body: text('A body that contains the text'),
}

const time = z.union([z.string(), z.number()]).optional().describe('A date, or milliseconds since the epoch')

/** Members of a body: exactly one of them. */
export const selecting = {
  all: z.literal(true).optional().describe('All that are there now'),
  ids: z
    .array(z.string().regex(/^0-\d{1,15}$/))
    .min(1)
    .max(idsMax)
    .optional()
    .describe('These'),
  filter: z
    .object({ ...letterFilter, from: time, to: time })
    .strict()
    .optional()
    .describe('Those that fit; not empty'),
}
