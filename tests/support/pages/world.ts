/**
 * What the commands of a page find when they are typed.
 * Takes a stack, an inbox and the page's notes `needs`. Makes what they name.
 * Promises: each page has groups of its own, so pages do not meet; what a page writes as the addresses of the
 * local stack are those of the test.
 */
import type { Inbox } from '@iris/local-stack/inbox'
import { existed, localOwner, succeeded, type ApiForm } from '@iris/local-stack/iris-api'
import { eventually } from '../eventually.js'
import type { TestStack } from '../stack.js'

/** The groups that pages speak of. */
const groups = /(?<![\w.$-])(demo|shop)(?![\w-])/g

export interface PageWorld {
  /** The text with the addresses and the groups of this page. */
  here(text: string): string
  /**
   * Makes `group demo`, `topic demo.orders {more of its form}`, `subscription demo.orders billing {more}`,
   * `messages demo.orders 3`, `dead letters demo.orders billing`; after `guarded frontend` that one is asked.
   */
  make(need: string): Promise<void>
}

/** What all pages share. */
export interface SharedWorld {
  readonly stack: TestStack
  readonly inbox: Inbox
  /** Where the frontend listens that asks who publishes. */
  readonly guarded: string
}

/** The world of one page; `id` is part of the names of its groups. */
export function pageWorld({ stack, inbox, guarded }: SharedWorld, id: string): PageWorld {
  const { api } = stack
  let frontend = stack.frontends[0]?.url ?? ''
  const addresses = (): readonly (readonly [string, string | undefined])[] => [
    ['8080', frontend],
    ['8090', stack.management.url],
    ['8000', stack.consumers[0]?.url],
    ['8070', inbox.url],
  ]
  const here = (text: string): string =>
    addresses()
      .reduce((all, [port, url]) => {
        const address = new RegExp(`(http://)?(127\\.0\\.0\\.1|localhost):${port}(?!\\d)`, 'g')
        return all.replaceAll(address, url ?? '')
      }, text)
      .replaceAll(groups, `$1${id}`)

  const makeGroup = async (name: string): Promise<void> => {
    const answer = await api.createGroup(name)
    if (!existed(answer)) succeeded(`Group ${name}`, answer)
  }
  const makeTopic = async (name: string, more: ApiForm): Promise<void> => {
    await makeGroup(name.split('.')[0] ?? '')
    const form = {
      name,
      description: '',
      owner: localOwner,
      contentType: 'JSON',
      retentionTime: { duration: 1 },
    }
    const answer = await api.createTopic({ ...form, ...more })
    if (!existed(answer)) succeeded(`Topic ${name}`, answer)
    await eventually(async () => {
      const { status } = await fetch(`${stack.frontends[0]?.url}/topics/${name}/messages?from=latest`)
      if (status === 404) throw new Error(`the frontend does not know ${name} yet`)
    })
  }
  const makeSubscription = async (topicName: string, name: string, more: ApiForm): Promise<void> => {
    await makeTopic(topicName, {})
    const form = { topicName, name, endpoint: `${inbox.url}/${name}`, description: '', owner: localOwner }
    const answer = await api.createSubscription({ ...form, ...more })
    if (existed(answer)) succeeded(name, await api.updateSubscription(topicName, name, more))
    else succeeded(`Subscription ${name}`, answer)
    // Until a consumer has taken it, its change of the state may meet one of the page.
    await eventually(async () => {
      const { text } = await api.readSubscription(topicName, name)
      if (!text.includes('"ACTIVE"')) throw new Error(`${name} is not active: ${text}`)
    })
  }
  const publish = async (topic: string, count: number): Promise<void> => {
    for (let order = 1; order <= count; order++) {
      const body = JSON.stringify({ order, state: 'paid', total: 120 })
      succeeded(
        'Publishing',
        await api.publish({ topic, body, headers: { 'Partition-Key': `order-${order}` } }),
      )
    }
  }
  const makeDeadLetters = async (topic: string, name: string): Promise<void> => {
    await makeSubscription(topic, name, { endpoint: `${inbox.url}/status/400/${name}` })
    await publish(topic, 2)
    await eventually(async () => {
      const { text } = await api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
      const { items } = JSON.parse(text) as { items: readonly unknown[] }
      if (items.length < 2) throw new Error(`only ${items.length} dead letters of ${name}`)
    })
    succeeded('The endpoint', await api.updateSubscription(topic, name, { endpoint: `${inbox.url}/${name}` }))
  }
  return {
    here,
    async make(need) {
      if (need === 'guarded frontend') return void (frontend = guarded)
      const [, kind = '', rest = '', json = '{}'] =
        /^(group|topic|subscription|messages|dead letters) ([^{]+?)(?: (\{.*\}))?$/.exec(here(need)) ?? []
      const [first = '', second = ''] = rest.split(' ')
      const more = JSON.parse(json) as ApiForm
      if (kind === 'group') return makeGroup(first)
      if (kind === 'topic') return makeTopic(first, more)
      if (kind === 'subscription') return makeSubscription(first, second, more)
      if (kind === 'messages') return publish(first, Number(second))
      if (kind === 'dead letters') return makeDeadLetters(first, second)
      throw new Error(`a page needs "${need}", which no test can make`)
    },
  }
}
