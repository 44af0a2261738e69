// pure
/**
 * What one reader holds while it is here.
 * Takes what is to be given back. Gives it back once, the last taken first, when the reader goes; at once
 * where it has gone already.
 */
export interface Visit {
  isOver: boolean
  /** Notes what is to be given back. */
  holds(giveBack: () => void): void
  end(): void
}

/** A visit that holds nothing. */
export function createVisit(): Visit {
  const held: (() => void)[] = []
  return {
    isOver: false,
    holds(giveBack) {
      if (this.isOver) giveBack()
      else held.push(giveBack)
    },
    end() {
      this.isOver = true
      for (let giveBack = held.pop(); giveBack !== undefined; giveBack = held.pop()) giveBack()
    },
  }
}
