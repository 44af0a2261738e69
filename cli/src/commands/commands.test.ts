/** What commands print, over a management and a frontend that answer from a table. */
import { describe, expect, it } from 'vitest'
import { Refused, runFake } from '../testing/fake-outside.js'
import { quantile } from './messages/bench.js'

const topic = { name: 'shop.orders', owner: { source: 'Plaintext', id: 'Shop team' } }
const subscription = {
  topicName: 'shop.orders',
  name: 'billing',
  state: 'SUSPENDED',
  endpoint: 'http://billing/in',
}
const listing = {
  'POST /query/topics': [topic],
  'POST /query/topics/metrics': [
    { name: 'shop.orders', rate: '12.54', deliveryRate: 'unavailable', subscriptions: 1 },
  ],
  'POST /query/subscriptions': [subscription],
  'POST /query/subscriptions/metrics': [
    { topicName: 'shop.orders', name: 'billing', rate: '0.0', lag: '1234' },
  ],
}

describe('lists', () => {
  it('of topics have rates and lag, and what is not known is no number', async () => {
    const { code, out } = await runFake('topics --match order', { answers: listing })
    const json = await runFake('topics --json', { answers: listing })

    expect(code).toBe(0)
    expect(`\n${out}`).toMatchInlineSnapshot(`
      "
      TOPIC        SUBSCRIPTIONS  PUBLISHED/S  DELIVERED/S    LAG  OWNER
      shop.orders              1         12.5            -  1,234  Shop team
      "
    `)
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ name: 'shop.orders', lag: 1_234 }] })
  })

  it('of subscriptions have state, rate and lag', async () => {
    const { out, asked } = await runFake('subscriptions shop.orders --state SUSPENDED', { answers: listing })

    expect(`\n${out}`).toMatchInlineSnapshot(`
      "
      SUBSCRIPTION         STATE      DELIVERED/S    LAG  ENDPOINT
      shop.orders/billing  SUSPENDED            0  1,234  http://billing/in
      "
    `)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      query: { and: [{ topicName: 'shop.orders' }, { state: 'SUSPENDED' }] },
    })
  })

  it('of subscriptions of a topic that is not there are a failure', async () => {
    const answers = {
      ...{ 'POST /query/subscriptions': [], 'POST /query/subscriptions/metrics': [] },
      'GET /topics/shop.ordres': new Refused(404, { message: 'Topic shop.ordres does not exist', code: 'X' }),
      'GET /topics/shop.orders': topic,
    }
    const mistyped = await runFake('subscriptions shop.ordres', { answers })
    const without = await runFake('subscriptions shop.orders --state pending --json', { answers })

    expect([mistyped.code, mistyped.said]).toEqual([1, 'Not listed: Topic shop.ordres does not exist\n'])
    expect([without.code, without.out]).toEqual([0, '{"items":[]}\n'])
  })

  it('of publishers have what became of their messages, and say what is not known', async () => {
    const of = { accepted: 1_204, refused: 0, firstAt: '2026-05-01T06:00:07.100Z', frontends: 1 }
    const shop = {
      ...of,
      name: 'shop',
      proven: true,
      network: null,
      client: 'java-client',
      lastAt: '2026-05-01T11:59:00.000Z',
    }
    const unproven = { ...shop, proven: false, client: null, accepted: 3 }
    const stranger = {
      ...of,
      name: null,
      proven: false,
      network: '192.0.2.0/24',
      client: null,
      lastAt: '2026-05-01T11:58:00.000Z',
    }
    const told = {
      ...{ since: '2026-05-01T06:00:00.000Z', complete: false, publishers: [shop, unproven, stranger] },
      ...{ problems: ['The frontend f has not told: it answered 404'], others: { accepted: 1, refused: 9 } },
    }
    const answers = { 'GET /topics/shop.orders/publishers': told }
    const { code, out, said } = await runFake('topics publishers shop.orders', { answers })
    const json = await runFake('topics publishers shop.orders --json', { answers })

    expect([code, JSON.parse(json.out)]).toEqual([0, told])
    expect(`\n${out}${said}`).toMatchInlineSnapshot(`
      "
      WHO              CLIENT       ACCEPTED  REFUSED  FIRST                     LAST
      shop             java-client     1,204        0  2026-05-01T06:00:07.100Z  2026-05-01T11:59:00.000Z
      says to be shop  -                   3        0  2026-05-01T06:00:07.100Z  2026-05-01T11:59:00.000Z
      192.0.2.0/24     -               1,204        0  2026-05-01T06:00:07.100Z  2026-05-01T11:58:00.000Z
      Of others: 1 message accepted, 9 refused.
      The frontend f has not told: it answered 404.
      "
    `)
  })

  it.each([
    [
      '2026-05-01T06:00:00.000Z',
      [],
      'Nobody has published since 2026-05-01T06:00:00.000Z. To do so: iris publish a.b \'{"n":1}\'\n',
    ],
    [null, ['No frontend lives: there is nobody to ask'], 'No frontend lives: there is nobody to ask.\n'],
  ])('of no publishers, since %s, say what to do next', async (since, problems, expected) => {
    const told = { since, complete: problems.length === 0, problems, publishers: [], others: null }
    const { out, said } = await runFake('topics publishers a.b', {
      answers: { 'GET /topics/a.b/publishers': told },
    })

    expect([out, said]).toEqual(['', expected])
  })

  it('of dead letters are cut to the terminal, and whole as JSON', async () => {
    const body = Buffer.from('{"order":17,"items":["a long list of things that nobody needs"]}').toString(
      'base64',
    )
    const letter = {
      ...{ id: '0-17', time: Date.UTC(2026, 4, 1), class: 'refused', lastStatus: 400, attempts: 1 },
      ...{ reason: 'Message sending failed with status code: 400', body },
    }
    const answers = { 'GET /topics/shop.orders/subscriptions/billing/dead-letters': { items: [letter] } }
    const { out } = await runFake('dlq list shop.orders/billing --status 400', { answers })
    const json = await runFake('dlq list shop.orders/billing --json', { answers })

    expect(`\n${out}`).toMatchInlineSnapshot(`
      "
      ID    DIED                      CLASS    STATUS  ATTEMPTS  REASON               BODY
      0-17  2026-05-01T00:00:00.000Z  refused     400         1  Message sending fa…  {"order":17,"items"…
      "
    `)
    expect(JSON.parse(json.out)).toEqual(letter)
  })
})

describe('what cannot be taken back', () => {
  const path = '/topics/a.b/subscriptions/s/dead-letters'
  const answers = {
    [`POST ${path}/redrive`]: { total: 3, byClass: { refused: 3 }, isComplete: true },
    [`POST ${path}/purge`]: { isComplete: true },
  }

  it.each([
    ['y', 0, 'Removed 3 dead letters.\n', 2],
    ['n', 1, '', 1],
    [null, 64, '', 1],
  ])('is asked about: %s ends with %d', async (says, code, out, calls) => {
    const ran = await runFake('dlq purge a.b s --all', { answers, says })

    expect([ran.code, ran.out, ran.asked.length]).toEqual([code, out, calls])
  })
})

describe('a summary of dead letters', () => {
  it('adds its pages, cause by cause, and asks for one cause alone', async () => {
    const page = (next: string | null, causes: readonly (readonly [string, number, number])[]): object => ({
      ...{ total: 4, byClass: { refused: 4 }, byStatus: {}, byReason: [], isComplete: next === null, next },
      byCause: causes.map(([cause, count, newest]) => ({ cause, count, newest })),
    })
    const answers = {
      'GET /topics/a.b/subscriptions/s/dead-letters/summary?cause=timeout': page('p2', [
        ['timeout', 3, 9],
        ['503', 1, 5],
      ]),
      'GET /topics/a.b/subscriptions/s/dead-letters/summary?cause=timeout&after=p2': page(null, [
        ['503', 3, 7],
        ['tls', 1, 6],
      ]),
    }
    const shown = await runFake('dlq summary a.b s --cause timeout', { answers })
    const asJson = await runFake('dlq summary a.b s --cause timeout --json', { answers })

    expect(shown.out).toBe('8 dead letters\nby class: refused 8\nby cause: 503 4, timeout 3, tls 1\n')
    expect(JSON.parse(asJson.out)).toMatchObject({ byCause: [{ cause: '503', count: 4, newest: 7 }, {}, {}] })
  })
})

describe('a cause of dead letters', () => {
  it.each(['list', 'summary'])(
    'is refused by %s where management is older, and would show all',
    async what => {
      const letters = '/topics/a.b/subscriptions/s/dead-letters'
      const answers = {
        [`GET ${letters}`]: { items: [{ id: '0-1' }] },
        [`GET ${letters}/summary`]: {
          total: 1,
          byClass: { refused: 1 },
          byStatus: {},
          byReason: [],
          isComplete: true,
        },
      }
      const asked = await runFake(`dlq ${what} a.b s --cause timeout`, { answers })
      const unasked = await runFake(`dlq ${what} a.b s --json`, { answers })

      expect([asked.code, asked.out]).toEqual([1, ''])
      expect(asked.said).toContain('This management is older than --cause')
      expect(unasked.code).toBe(0)
    },
  )
})

describe('a tail', () => {
  const event = (id: string, body: object): string =>
    `id: ${id}\nevent: message\ndata: ${JSON.stringify({ partition: 0, offset: 1, time: 't', key: null, body })}\n\n`
  /** As a frontend begins one; management begins with a comment. */
  const greeting = 'retry: 1000\nid: 0-0\n\n'
  const stream = (events: string, begin = greeting): Response =>
    new Response(`${begin}${events}`, { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } })
  const noStreams = new Refused(404, { message: 'There is no such resource', code: 'OTHER' })

  it('goes on behind the last message when the connection breaks, and ends after so many', async () => {
    let connections = 0
    const answers = {
      'GET frontend:/topics/a.b/events': () =>
        stream(
          connections++ === 0 ? event('0-1', { n: 1 }) : event('0-2', { n: 2 }) + event('0-3', { n: 3 }),
        ),
    }
    const { code, out, said, asked } = await runFake('tail a.b --from 15m --max 2 --raw', { answers })

    expect([code, out, said]).toEqual([
      0,
      '{"n":1}\n{"n":2}\n',
      'Messages of a.b as they come; Ctrl-C ends it.\nThe connection is broken; connecting again.\n',
    ])
    expect(asked.map(({ to, headers }) => [to, headers['last-event-id']])).toEqual([
      ['GET frontend:/topics/a.b/events?envelope=true&from=2026-05-01T11:45:00.000Z', undefined],
      ['GET frontend:/topics/a.b/events?envelope=true&from=2026-05-01T11:45:00.000Z', '0-1'],
    ])
  })

  it('says nothing into a pipe while all is well', async () => {
    const answers = { 'GET frontend:/topics/a.b/events': () => stream(event('0-1', { n: 1 })) }
    const { out, said } = await runFake('tail a.b --max 1 --raw', { answers, columns: Infinity })

    expect([out, said]).toEqual(['{"n":1}\n', ''])
  })

  it('shows what management tells where the frontend has no streams, and says so', async () => {
    let connections = 0
    const answers = {
      'GET frontend:/topics/a.b/events': noStreams,
      'GET /topics/a.b/tail': () =>
        stream(event('0-1', { n: ++connections }) + 'event: end\ndata: {"reason":"replaced"}\n\n'),
    }
    const ran = await runFake('tail a.b --key k --max 2 --raw', { answers })

    expect([ran.code, ran.out]).toEqual([0, '{"n":1}\n{"n":2}\n'])
    expect(ran.said).toContain('This frontend has no streams: management shows')
    expect(ran.said).toContain('what comes meanwhile is not shown')
    expect(ran.asked.map(({ to }) => to).slice(1)).toEqual([
      'GET /topics/a.b/tail?key=k',
      'GET /topics/a.b/tail?key=k',
    ])
  })

  it.each([
    ['', () => stream('event: end\ndata: {"reason":"replaced"}\n\n'), 1, 'replaced'],
    ['--from earliest', noStreams, 1, 'frontend.streams.enabled opens them'],
    [
      '',
      new Refused(404, { code: 'TOPIC_NOT_EXISTS', message: 'Topic a.b not exists' }),
      1,
      'a.b not exists',
    ],
    ['', new Response('<html>'), 1, 'no stream of events'],
    ['', () => stream(''), 5, 'ends again and again'],
    ['', () => stream('', 'retry: 1000\n: the tail begins here\n\n'), 5, 'ends again and again'],
    ['', new TypeError('nobody listens'), 1, 'was not answered: nobody listens'],
  ])('%s gives up with a reason where nothing can come (%#)', async (words, answer, calls, reason) => {
    const answers = { 'GET frontend:/topics/a.b/events': answer }
    const { code, said, asked } = await runFake(`tail a.b ${words}`.trim(), { answers })

    expect([code, asked.length]).toEqual([1, calls])
    expect(said).toContain(reason)
  })
})

describe('completion', () => {
  const answers = {
    // A management that would have a shell do something.
    'GET /topics': ['shop.orders', 'shop.prices', 'shop.o$(id>file)', 'shop.o`id`', 'shop.o*', 'shop.o b'],
    'GET /topics/shop.orders/subscriptions': ['billing'],
  }
  const offered = async (words: string): Promise<readonly string[]> =>
    (await runFake(`complete -- ${words}`, { answers })).out.split('\n').filter(Boolean)

  it.each([
    ['dl', ['dlq']],
    ['dlq sh', ['show']],
    ['topics publishers shop.o', ['shop.orders']],
    ['why shop.o', ['shop.orders']],
    ['why shop.orders/', ['shop.orders/billing']],
    ['why shop.orders b', ['billing']],
    ['dlq list --status 400 shop.orders bil', ['billing']],
    ['tail shop.orders --fro', ['--frontend', '--from']],
    ['tail shop.orders --from e', ['earliest']],
    ['subscriptions --state S', ['SUSPENDED']],
    ['apply --file x', [':file']],
    ['nothing shop', []],
  ])('of %s offers %j', async (words, expected) => {
    expect(await offered(words)).toEqual(expected)
  })
})

it('tells quantiles by the nearest rank', () => {
  expect([0.5, 0.99, 1].map(share => quantile([1, 2, 3, 4], share))).toEqual([2, 4, 4])
  expect(quantile([], 0.5)).toBeNull()
})
