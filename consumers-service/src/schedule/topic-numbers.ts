// pure
/**
 * The topics of a partition's messages, by number, and what is known of each.
 * Takes names. Gives the same number for the same name. Bound: the topics that have scheduled messages; a
 * name is kept until the log is read anew.
 */

import { invariant } from '@iris/common/lifecycle/invariant'

/** What an agenda knows of a topic. */
export interface TopicFacts {
  /** Messages from claim to end. */
  underWay: number
  /** Of these, messages that are being sent. */
  sending: number
  /** Kafka did not take its last message. */
  isDoubtful: boolean
  /** Nothing of a topic in doubt is sent before then. */
  restUntilMs: number
}

export class TopicNumbers {
  private readonly numbers = new Map<string, number>()
  private readonly facts: TopicFacts[] = []

  number(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const number = this.facts.push({ underWay: 0, sending: 0, isDoubtful: false, restUntilMs: 0 }) - 1
    this.numbers.set(name, number)
    return number
  }

  of(number: number): TopicFacts {
    const facts = this.facts[number]
    invariant(facts !== undefined, 'a topic was never numbered', { number })
    return facts
  }
}
