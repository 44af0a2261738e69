/**
 * What each picture shows: an address, and the words that stand there once it is complete.
 */
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Places } from './shop.js'

export interface View {
  /** Of the file. */
  readonly name: string
  readonly path: string
  readonly look: BrowserContextOptions
  /** Seen once the page has all that the picture is to show. */
  readonly until: string | RegExp
  readonly prepare?: (page: Page) => Promise<void>
}

const light = { viewport: { width: 1200, height: 760 }, colorScheme: 'light' } as const
const dark = { ...light, colorScheme: 'dark' } as const
const phone = { ...light, viewport: { width: 360, height: 740 } } as const
const fromHundred = JSON.stringify(
  [{ type: 'number', path: '$.total', operator: '>=', value: 100 }],
  undefined,
  2,
)

/** All of them, in the order of a reader's way. */
export function views({ topic, goneName, messageId }: Places): readonly View[] {
  const gone = `/ui/topics/${topic}/subscriptions/${goneName}`
  return [
    { name: 'overview', path: '/ui/', look: light, until: /^\d+ stuck/ },
    { name: 'phone', path: '/ui/', look: phone, until: /^\d+ stuck/ },
    { name: 'topic', path: `/ui/topics/${topic}`, look: light, until: 'How long an attempt takes' },
    { name: 'messages', path: `/ui/topics/${topic}?tab=messages`, look: dark, until: 'customer-1' },
    { name: 'subscription', path: gone, look: light, until: 'What happens next' },
    { name: 'dead-letters', path: `${gone}/dead-letters`, look: light, until: 'connect ECONNREFUSED' },
    {
      ...{ name: 'filter-lab', path: `/ui/filter-lab?topic=${topic}`, look: light, until: /would pass/ },
      prepare: page => page.getByRole('textbox', { name: 'Filters' }).fill(fromHundred),
    },
    {
      ...{ name: 'trace', path: `/ui/trace?topic=${topic}&id=${messageId()}`, look: dark },
      until: 'Delivered (attempt 1',
    },
  ]
}
