// pure
/**
 * The messages of one pipeline that are under way: in an attempt, or to where Kafka holds them.
 * Takes messages as they begin and end. Promises: each counts once for its partition, however often its end
 * is told.
 */
import type { Letter } from './letter.js'
import type { PartitionWork } from './partition-work.js'

export class UnderWay {
  private readonly letters = new Set<Letter>()

  get size(): number {
    return this.letters.size
  }

  begin(letter: Letter): void {
    this.letters.add(letter)
    letter.work.underWayCount++
  }

  /** Gives whether it was under way. */
  end(letter: Letter): boolean {
    const wasUnderWay = this.letters.delete(letter)
    if (wasUnderWay) letter.work.underWayCount--
    return wasUnderWay
  }

  /** What is under way of a partition. */
  of(work: PartitionWork): readonly Letter[] {
    return [...this.letters].filter(letter => letter.work === work)
  }
}
