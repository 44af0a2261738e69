/**
 * What a test asks about tasks over REST.
 * Takes a stack and a subscription. Gives parsed answers, and fails with the text of any other answer.
 */
import { eventually } from './eventually.js'
import type { TestStack } from './stack.js'

/** A task as the API shows it. */
export interface TaskAnswer {
  readonly id: string
  readonly kind: string
  readonly state: string
  /** The process that runs it. */
  readonly executor?: string
  readonly waitsFor?: string
  readonly error?: string
  readonly progress: {
    readonly total?: number
    readonly done: number
    readonly failed: number
    readonly filtered?: number
  }
  readonly failures: readonly { readonly id: string; readonly messageId: string; readonly reason: string }[]
}

/** The tasks of one subscription. */
export interface TaskCalls {
  /** Starts one by a call that must be answered 202. */
  start(path: string, json: unknown): Promise<TaskAnswer>
  read(id: string): Promise<TaskAnswer>
  cancel(id: string): Promise<TaskAnswer>
  list(): Promise<readonly TaskAnswer[]>
  /** Resolves when it is in that state, and fails with the task otherwise. */
  until(id: string, state: string, withinMs?: number): Promise<TaskAnswer>
}

/** Makes the calls. */
export function tasksOf(stack: TestStack, topic: string, subscription: string): TaskCalls {
  const below = `/topics/${topic}/subscriptions/${subscription}`
  const call = async (method: string, path: string, status: number, json?: unknown): Promise<unknown> => {
    const answer = await stack.api.manage(method, path, json)
    if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    const parsed = JSON.parse(answer.text) as TaskAnswer
    const location = answer.headers.get('location')
    if (status === 202 && location !== `${below}/tasks/${parsed.id}`) throw new Error(`Location ${location}`)
    return parsed
  }
  const calls: TaskCalls = {
    start: async (path, json) => (await call('POST', `${below}/${path}`, 202, json)) as TaskAnswer,
    read: async id => (await call('GET', `${below}/tasks/${id}`, 200)) as TaskAnswer,
    cancel: async id => (await call('DELETE', `${below}/tasks/${id}`, 200)) as TaskAnswer,
    list: async () => (await call('GET', `${below}/tasks`, 200)) as readonly TaskAnswer[],
    until: (id, state, withinMs) =>
      eventually(async () => {
        const task = await calls.read(id)
        if (task.state !== state) throw new Error(JSON.stringify(task))
        return task
      }, withinMs),
  }
  return calls
}
