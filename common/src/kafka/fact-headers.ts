// pure
/**
 * Facts about a message as header lines of a record of ours.
 * Takes facts and the name of each one's header. Gives the lines, and reads them back: a fact is the text of
 * the last header of its name.
 */

/** A long reason tells no more than its begin. */
const reasonLengthMax = 1_000

/** The begin of a reason that fits into a header. */
export function shortReason(reason: string): string {
  return reason.slice(0, reasonLengthMax)
}

/** The lines in the order of the names; a fact that is null has none. */
export function writeFacts<F extends string>(
  names: Readonly<Record<F, string>>,
  facts: Readonly<Record<F, string | number | null>>,
): readonly (readonly [string, Buffer])[] {
  return (Object.keys(names) as F[])
    .filter(fact => facts[fact] !== null)
    .map(fact => [names[fact], Buffer.from(String(facts[fact]))])
}

export interface FactReader<F extends string> {
  /** Empty where there is no such header. */
  text(fact: F): string
  /** NaN where there is no number of at most 15 digits. */
  number(fact: F): number
}

/** Reads the facts of a record. */
export function readFacts<F extends string>(
  names: Readonly<Record<F, string>>,
  header: (name: string) => Buffer | null,
): FactReader<F> {
  const text = (fact: F): string => header(names[fact])?.toString('utf8') ?? ''
  return {
    text,
    number: fact => (/^-?\d{1,15}$/.test(text(fact)) ? Number(text(fact)) : NaN),
  }
}
