// pure
/**
 * What instances say to each other about the rates that they share, and its form in a node of ZooKeeper.
 * A rate is shared by partitions: each is worth one part in all of them to the owner of its lock, who may
 * lend of that. Takes pages as bytes. Gives them back as they were, or nothing for bytes that nobody of ours
 * wrote. Bound: a page of 2,000 entries stays far below a megabyte.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'

/** A part, from 0 to 1, of the worth of each of these partitions. */
export interface Loan {
  readonly part: number
  readonly partitions: readonly number[]
}

/** What one instance says of one subscription. */
export interface Says {
  /** It could send more than it may. */
  readonly wants: boolean
  /** What it does without, by the instance that may take it. */
  readonly grants: ReadonlyMap<string, Loan>
  /** What it has taken, by the instance that granted it. */
  readonly holds: ReadonlyMap<string, Loan>
}

/** All that an instance says, by subscription; of most there is nothing to say. */
export type Page = ReadonlyMap<string, Says>

/** An instance lends and borrows in so many subscriptions at most. */
export const entriesMax = 2_000

/** What is said where nothing is. */
export const silence: Says = { wants: false, grants: new Map(), holds: new Map() }

const plainBytesMax = 32_768
const unpackedBytesMax = 16 * 1024 * 1024
const openingBrace = 0x7b

const loanShape = z.tuple([z.number().min(0).max(1), z.array(z.number().int().min(0))])
const entryShape = z.object({
  w: z.literal(1).optional(),
  g: z.record(z.string(), loanShape).optional(),
  h: z.record(z.string(), loanShape).optional(),
})
const pageShape = z.object({ rates: z.record(z.string(), entryShape) })

/** Whether there is anything in it. */
export function isSilent({ wants, grants, holds }: Says): boolean {
  return !wants && grants.size === 0 && holds.size === 0
}

/** The page as a text that is the same for the same page, whatever the order of its making. */
export function pageText(page: Page): string {
  const entries = [...page]
    .filter(([, says]) => !isSilent(says))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { wants, grants, holds }]) => [
      id,
      {
        ...(wants ? { w: 1 } : {}),
        ...(grants.size > 0 ? { g: loansJson(grants) } : {}),
        ...(holds.size > 0 ? { h: loansJson(holds) } : {}),
      },
    ])
  return JSON.stringify({ rates: Object.fromEntries(entries) as Record<string, unknown> })
}

/** The node's data: JSON that a person can read, or the same deflated. */
export function encodePage(page: Page): Buffer {
  const text = Buffer.from(pageText(page))
  return text.length <= plainBytesMax ? text : deflateRawSync(text)
}

/** The page in a node; undefined for data that nobody of ours wrote. */
export function decodePage(data: Buffer): Page | undefined {
  if (data.length === 0) return new Map()
  try {
    const isPlain = data[0] === openingBrace
    const text = isPlain ? data : inflateRawSync(data, { maxOutputLength: unpackedBytesMax })
    const { rates } = pageShape.parse(JSON.parse(text.toString('utf8')))
    return new Map(
      Object.entries(rates).map(([id, { w, g, h }]) => [
        id,
        { wants: w === 1, grants: loansOf(g), holds: loansOf(h) },
      ]),
    )
  } catch {
    return undefined
  }
}

function loansJson(loans: ReadonlyMap<string, Loan>): Record<string, unknown> {
  const sorted = [...loans].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, { part, partitions }]) => [name, [part, partitions]]))
}

function loansOf(json: Readonly<Record<string, z.infer<typeof loanShape>>> = {}): ReadonlyMap<string, Loan> {
  return new Map(Object.entries(json).map(([name, [part, partitions]]) => [name, { part, partitions }]))
}
