// pure
/**
 * The end of a first load whose size nobody knows before.
 * Takes a `begin` and an `end` for each first look, a look that leads to others begun after them. Gives a
 * promise. Promises: done once, when no look is open any more; what begins later changes nothing.
 */

export interface FirstLoad {
  begin(): void
  end(): void
  isDone(): boolean
  /** Resolves when done; rejects with the error it was abandoned with. */
  whenDone(): Promise<void>
  /** Ends the wait of all who wait; nothing when done before. */
  abandon(error: Error): void
}

export function createFirstLoad(): FirstLoad {
  let openCount = 0
  let state: 'loading' | 'done' | Error = 'loading'
  let waiters: { resolve: () => void; reject: (error: Error) => void }[] = []

  const settle = (to: 'done' | Error): void => {
    if (state !== 'loading') return
    state = to
    for (const { resolve, reject } of waiters) {
      if (to === 'done') resolve()
      else reject(to)
    }
    waiters = []
  }
  return {
    begin() {
      openCount++
    },
    end() {
      if (--openCount === 0) settle('done')
    },
    isDone: () => state === 'done',
    whenDone() {
      if (state === 'done') return Promise.resolve()
      if (state !== 'loading') return Promise.reject(state)
      return new Promise((resolve, reject) => waiters.push({ resolve, reject }))
    },
    abandon: error => settle(error),
  }
}
