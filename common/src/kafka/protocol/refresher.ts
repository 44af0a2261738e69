/**
 * Refreshes of the layout, one at a time.
 * Takes topics from any number of callers. Gives each the answer to a question that was asked after its call.
 * Promises: callers that come while a question is on its way share the next one.
 * Bound: one question in flight and one being gathered.
 */

export interface Refresher {
  refresh(topics: readonly string[]): Promise<void>
}

interface Round {
  readonly topics: Set<string>
  readonly done: Promise<void>
}

/** Makes a refresher over `ask`. */
export function createRefresher(ask: (topics: readonly string[]) => Promise<void>): Refresher {
  let running: Promise<void> | null = null
  let next: Round | null = null

  const run = (topics: Set<string>): Promise<void> => {
    const work = ask([...topics]).finally(() => {
      if (running === work) running = null
    })
    return (running = work)
  }
  const gather = (previous: Promise<void>): Round => {
    const topics = new Set<string>()
    const done = previous
      .catch(() => undefined) // whoever asked in that round has its error
      .then(() => {
        next = null
        return run(topics)
      })
    return { topics, done }
  }

  return {
    refresh(topics) {
      if (running === null && next === null) return run(new Set(topics))
      next ??= gather(running ?? Promise.resolve())
      for (const topic of topics) next.topics.add(topic)
      return next.done
    },
  }
}
