// pure
/**
 * How much of a subscription's rate an instance may use, and what it is to say next.
 * Takes what it owns, what it has said, and what the others said when it last asked. Gives parts of the rate.
 * Promises: over all instances the parts in force never add up to more than the whole, whatever was said
 * when.
 */
import type { Loan, Says } from './says.js'

/** Where an instance stands with one subscription. */
export interface Position {
  readonly me: string
  /** Partitions whose locks it holds. */
  readonly owned: readonly number[]
  /** Partitions of the topic. */
  readonly total: number
  /** All that it may have said since it asked the others: what it granted in any of it may be taken. */
  readonly said: readonly Says[]
  /** All that may be what it says now: it holds only what is in each of it. */
  readonly saying: readonly Says[]
  /** What the others said when it asked. */
  readonly others: ReadonlyMap<string, Says>
}

/** Parts of the subscription's rate. */
export interface InForce {
  /** Of what its partitions are worth, less what is lent of them. */
  readonly own: number
  /** Of the partitions of others; only while nobody can take it for dead. */
  readonly held: number
}

/** What the instance needs of its rate. */
export interface Need {
  readonly wants: boolean
  /** The part of its own worth that it can do without. */
  readonly spare: number
}

/** Parts are granted in such steps, and raised only by two of them: small changes are not worth saying. */
const stepsInOne = 20
const step = 1 / stepsInOne
/** Below so much a sum of parts is off by rounding. */
const rounding = 1e-9

/**
 * What may be used now. Why it never adds up to more than the whole: an owner does without what it granted
 * before it says so; who takes says so before using it, and says so only over the very page that grants it;
 * an owner uses again what nobody held when it asked, after it had said that it is granted no more.
 */
export function inForce(position: Position): InForce {
  const { owned, total } = position
  if (total <= 0) return { own: 1, held: 0 }
  const own = owned.reduce((sum, partition) => sum + Math.max(0, 1 - lentOf(position, partition)), 0)
  return { own: own / total, held: heldParts(position) / total }
}

/** What is to be said next: asked for, granted to those who ask, taken of what others grant. */
export function decide(position: Position, need: Need, previous: Says): Says {
  return {
    wants: need.wants,
    grants: need.wants ? new Map() : grantsOf(position, need.spare, previous.grants),
    holds: need.wants ? holdsOf(position) : new Map(),
  }
}

/** Whose grants must still stand as they were seen, for what is said to be true: of whom more is taken. */
export function lendersOf(next: Says, present: Says): readonly string[] {
  return [...next.holds].flatMap(([lender, loan]) => (grows(loan, present.holds.get(lender)) ? [lender] : []))
}

/** Whether something granted before is granted no more, so that it comes back once the others were asked. */
export function isTakenBack(before: Says, now: Says): boolean {
  return [...before.grants].some(([borrower, loan]) => grows(loan, now.grants.get(borrower)))
}

function grows(next: Loan, present: Loan | undefined): boolean {
  if (present === undefined) return true
  return next.part > present.part || next.partitions.some(each => !present.partitions.includes(each))
}

function partOf(loan: Loan | undefined, partition: number): number {
  return loan?.partitions.includes(partition) === true ? loan.part : 0
}

/** What others may be using of a partition that is mine. */
function lentOf(position: Position, partition: number): number {
  const mine = borrowersOf(position).reduce((sum, name) => sum + lentTo(position, name, partition), 0)
  return mine + lentByOthers(position, partition)
}

/** Who may be using something that I granted. */
function borrowersOf({ me, said, others }: Position): readonly string[] {
  const granted = said.flatMap(({ grants }) => [...grants.keys()])
  const holding = [...others].filter(([, { holds }]) => holds.has(me)).map(([name]) => name)
  return [...new Set([...granted, ...holding])]
}

function lentTo({ me, said, others }: Position, borrower: string, partition: number): number {
  const granted = said.map(({ grants }) => partOf(grants.get(borrower), partition))
  return Math.max(0, ...granted, partOf(others.get(borrower)?.holds.get(me), partition))
}

/** What its former owners granted of a partition, or others hold of them, and was not given up yet. */
function lentByOthers({ me, others }: Position, partition: number): number {
  const names = new Set(
    [...others].flatMap(([name, { grants, holds }]) => [name, ...grants.keys(), ...holds.keys()]),
  )
  names.delete(me)
  let sum = 0
  for (const lender of names)
    for (const borrower of names)
      sum += Math.max(
        partOf(others.get(lender)?.grants.get(borrower), partition),
        partOf(others.get(borrower)?.holds.get(lender), partition),
      )
  return sum
}

function heldParts({ owned, saying }: Position): number {
  const [first, ...rest] = saying
  let sum = 0
  for (const [lender, loan] of first?.holds ?? []) {
    for (const partition of loan.partitions) {
      // What became mine meanwhile counts as mine.
      if (owned.includes(partition)) continue
      const parts = rest.map(({ holds }) => partOf(holds.get(lender), partition))
      sum += Math.min(loan.part, ...parts)
    }
  }
  return sum
}

/** Equal parts to all who ask. Who is to have less gives back before who is to have more is granted it. */
function grantsOf(
  position: Position,
  spare: number,
  previous: ReadonlyMap<string, Loan>,
): ReadonlyMap<string, Loan> {
  const { me, owned, others } = position
  const asking = [...others].filter(([name, { wants }]) => wants && name !== me).map(([name]) => name)
  if (asking.length === 0 || owned.length === 0) return new Map()
  const partitions = [...owned].sort((a, b) => a - b)
  const free = Math.min(spare, 1) - most(partitions.map(each => lentByOthers(position, each)))
  const fair = free / asking.length
  const part = Math.max(0, Math.floor(fair / step + rounding) / stepsInOne)
  const isSame = previous.size === asking.length && asking.every(name => isOf(previous.get(name), partitions))
  const before = previous.values().next().value?.part ?? 0
  if (isSame && before <= fair + rounding && part < before + 2 * step - rounding) return previous
  const used = [...new Set([...asking, ...borrowersOf(position)])].reduce((sum, name) => {
    const lent = most(partitions.map(each => lentTo(position, name, each)))
    return sum + Math.max(lent, asking.includes(name) ? part : 0)
  }, 0)
  const next =
    used <= free + rounding
      ? asking.map((name): [string, Loan] => [name, { part, partitions }])
      : asking.flatMap((name): [string, Loan][] => {
          const loan = previous.get(name)
          return loan === undefined ? [] : [[name, lessOf(loan, part, owned)]]
        })
  return new Map(next.filter(([, loan]) => loan.part > 0 && loan.partitions.length > 0))
}

function lessOf(loan: Loan, part: number, owned: readonly number[]): Loan {
  return {
    part: Math.min(loan.part, part),
    partitions: loan.partitions.filter(each => owned.includes(each)),
  }
}

function most(parts: readonly number[]): number {
  return Math.max(0, ...parts)
}

function isOf(loan: Loan | undefined, partitions: readonly number[]): boolean {
  return (
    loan?.partitions.length === partitions.length &&
    loan.partitions.every((each, at) => each === partitions[at])
  )
}

function holdsOf({ me, others }: Position): ReadonlyMap<string, Loan> {
  return new Map(
    [...others].flatMap(([lender, { grants }]): [string, Loan][] => {
      const loan = grants.get(me)
      return loan === undefined ? [] : [[lender, loan]]
    }),
  )
}
