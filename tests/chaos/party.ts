/**
 * A party of a run: the publisher or the subscriber farm, as a process of its own that no fault touches.
 * Takes the file of its program and orders. Gives its answer to each order.
 * Promises: a party ends with its parent; an order that the party cannot fulfil rejects with the party's
 * words.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Order {
  readonly number: number
  readonly name: string
  readonly argument: unknown
}

interface Answer {
  readonly number: number
  readonly result?: unknown
  readonly problem?: string
}

export interface Party {
  readonly pid: number
  /** Gives an order and resolves with the answer to it. */
  ask<T>(name: string, argument?: unknown): Promise<T>
  end(): Promise<void>
}

/** Starts the program `file` beside this one, such as `./publisher.js`. */
export function startParty(file: URL): Party {
  const child = fork(fileURLToPath(file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let orders = 0

  child.on('message', message => {
    const { number, result, problem } = message as Answer
    const asker = waiting.get(number)
    waiting.delete(number)
    if (problem === undefined) asker?.resolve(result)
    else asker?.reject(new Error(problem))
  })
  void ended.then(() => {
    for (const asker of waiting.values())
      asker.reject(new Error(`${file.pathname} ended before it had answered`))
  })
  return {
    pid: child.pid ?? 0,
    ask: <T>(name: string, argument?: unknown) =>
      new Promise<T>((resolve, reject) => {
        const order: Order = { number: ++orders, name, argument }
        waiting.set(order.number, { resolve: result => resolve(result as T), reject })
        child.send(order)
      }),
    async end() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/**
 * In the party's program: what it does for each order. Ends the process when its parent has gone.
 */
export function obey(orders: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', message => {
    const { number, name, argument } = message as Order
    const fulfilled = Promise.resolve().then(() => orders[name]?.(argument as never))
    void fulfilled.then(
      result => void process.send?.({ number, result } satisfies Answer),
      (error: unknown) => void process.send?.({ number, problem: String(error) } satisfies Answer),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
