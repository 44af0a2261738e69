// pure
/**
 * Who has published a topic lately, as one frontend tells it to management.
 * Gives the path and the shape of the page, and reads one. Promises: of an address that nobody's name stands
 * for only its network is ever told.
 */
import { z } from 'zod'

/** Where a frontend tells it; who asks shows its fellows' token. The topic comes behind. */
export const publishersPath = '/status/publishers'

const counted = {
  accepted: z.number().describe('Messages answered with 201 or 202'),
  refused: z.number().describe('Messages answered with an error, or of an outcome that is not known'),
}
const pageShape = z.object({
  sinceMs: z.number(),
  publishers: z.array(
    z.object({
      name: z.string().nullable(),
      /** Whether credentials prove the name; else it is as the publisher's proxy says. */
      proven: z.boolean(),
      network: z.string().nullable(),
      client: z.string().nullable(),
      firstMs: z.number(),
      lastMs: z.number(),
      ...counted,
    }),
  ),
  others: z.object({ ...counted, lastMs: z.number() }).nullable(),
})

/** What one frontend tells. Moments are milliseconds since the epoch, by its clock. */
export type PublishersPage = Readonly<z.infer<typeof pageShape>>
/** One publisher of a topic: who has a name is told by it, others by their network. */
export type ToldPublisher = PublishersPage['publishers'][number]

/** Reads a page; null where it is none. */
export function readPublishersPage(json: unknown): PublishersPage | null {
  const page = pageShape.safeParse(json)
  return page.success ? page.data : null
}
