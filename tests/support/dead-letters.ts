/**
 * What a test asks about dead letters over REST.
 * Takes the stack and a subscription. Gives parsed answers, and fails with the text of any other answer.
 */
import { eventually } from './eventually.js'
import type { TestStack } from './stack.js'

/** One dead letter as the API lists it. */
export interface DeadLetterItem {
  readonly id: string
  readonly messageId: string
  readonly reason: string
  readonly class: string
  readonly attempts: number
  readonly lastStatus?: number
  readonly copyOf?: string
  readonly time: number
  readonly body: string
}

export interface DeadLetterPage {
  readonly items: readonly DeadLetterItem[]
  readonly next?: string
}

/** The dead letters of one subscription. */
export interface DeadLetterCalls {
  /** Any call below `…/dead-letters` or, with a path from `/` on, below the subscription. */
  call(
    method: string,
    path: string,
    json?: unknown,
  ): Promise<{ readonly status: number; readonly json: unknown }>
  page(query?: string): Promise<DeadLetterPage>
  /** All of them, newest first. */
  items(query?: string): Promise<readonly DeadLetterItem[]>
  /** Bodies as text, newest first. */
  bodies(query?: string): Promise<readonly string[]>
  /** Resolves with them when there are so many, and fails with what there is otherwise. */
  waitFor(count: number): Promise<readonly DeadLetterItem[]>
}

/** Makes the calls. */
export function deadLettersOf(stack: TestStack, topic: string, subscription: string): DeadLetterCalls {
  const calls: DeadLetterCalls = {
    async call(method, path, json) {
      const below = path.startsWith('/') ? path : `/dead-letters${path === '' ? '' : `/${path}`}`
      const { status, text } = await stack.api.manage(
        method,
        `/topics/${topic}/subscriptions/${subscription}${below.replace('/dead-letters/?', '/dead-letters?')}`,
        json,
      )
      return { status, json: text === '' ? null : (JSON.parse(text) as unknown) }
    },
    async page(query = '') {
      const { status, json } = await calls.call('GET', query === '' ? '' : `?${query}`)
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(json)}`)
      return json as DeadLetterPage
    },
    async items(query = '') {
      const items: DeadLetterItem[] = []
      for (let after = ''; ; ) {
        const page = await calls.page(after === '' ? query : `${query}&after=${encodeURIComponent(after)}`)
        items.push(...page.items)
        if (page.next === undefined) return items
        after = page.next
      }
    },
    async bodies(query = '') {
      return (await calls.items(query)).map(({ body }) => Buffer.from(body, 'base64').toString())
    },
    waitFor: count =>
      eventually(async () => {
        const items = await calls.items()
        if (items.length !== count) throw new Error(`${items.length} of ${count} dead letters`)
        return items
      }),
  }
  return calls
}
