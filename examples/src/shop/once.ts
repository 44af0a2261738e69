/**
 * Work that is done once, however often its message is delivered.
 * Takes the id of a message and the work. Gives whether it was done now.
 * Promises: the id is kept with the effect; work that fails may be done again; two deliveries of one id do
 * not work beside each other. A real service keeps the id in the transaction of its database.
 */

/** The ids that are done or under way, and how often one of them came again. */
export interface Once {
  readonly repeatCount: number
  run(id: string, work: () => Promise<void>): Promise<boolean>
}

/** Bound: the ids of one run of the example. */
export function createOnce(): Once {
  const done = new Map<string, Promise<void>>()
  let repeatCount = 0
  return {
    get repeatCount() {
      return repeatCount
    },
    async run(id, work) {
      const earlier = done.get(id)
      if (earlier !== undefined) {
        repeatCount++
        await earlier
        return false
      }
      const now = work()
      done.set(id, now)
      try {
        await now
        return true
      } catch (error) {
        done.delete(id)
        throw error
      }
    },
  }
}

/** The id of a message, the same in every attempt. */
export function messageIdOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  return String(headers['hermes-message-id'])
}
