/** F3, F4: filters made to stop a process that runs them, or to run something in it. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

type Filter = Readonly<Record<string, unknown>>

let stack: TestStack
let subscriber: Subscriber
let topic: string

beforeAll(async () => {
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
  subscriber = await startSubscriber()
  topic = await stack.createTopic({ maxMessageSize: 1_000_000 })
})

afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const owner = { source: 'Plaintext', id: 'x' }
const letters = 'a'.repeat(5_000)
const digits = '1'.repeat(5_000)
const spaces = ' '.repeat(5_000)

/**
 * Patterns that are known to take a backtracking engine exponential or polynomial time, and what shows it.
 * From the lists of OWASP, from papers, and from the outages of Stack Overflow (2016) and Cloudflare (2019).
 */
const evilPatterns: readonly (readonly [string, string])[] = [
  ['^(a+)+$', `${letters}!`],
  ['^([a-zA-Z]+)*$', `${letters}!`],
  ['^(a|aa)+$', `${letters}!`],
  ['^(a|a?)+$', `${letters}!`],
  ['(a|a)*b', letters],
  ['^(.*a){20}$', `${letters}!`],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', letters],
  [
    '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
    letters,
  ],
  ['^\\d*[0-9](|.\\d*[0-9]|,\\d*[0-9])?$', `${digits}!`],
  ['(x+x+)+y', 'x'.repeat(5_000)],
  ['(.*)*=.*', letters],
  ['.*.*=.*', `x=${letters}\n`],
  [
    `(?:(?:"|'|\\]|\\}|\\\\|\\d|(?:nan|infinity|true|false|null|undefined|symbol|math)|\`|-|\\+)+[)]*;?((?:\\s|-|~|!|\\{\\}|\\|\\||\\+)*.*(?:.*=.*)))`,
    `x=${letters}`,
  ],
  ['^[\\s\\u200c]+|[\\s\\u200c]+$', `${spaces}x`],
  ['([ab]*)*c', letters],
  ['(a*)*b', letters],
  ['((a*)*)*', `${letters}b`],
  ['(a|b|ab)*c', 'ab'.repeat(2_500)],
  ['((a+)+)+b', letters],
  ['(a+){10}y', letters],
  ['(([a-z]+)+)@', letters],
  ['^(?:(?:a+)+b)+$', letters],
  ['(\\w+\\s*)+:', 'word '.repeat(1_000)],
  ['("(\\\\"|[^"])*")*x', '"a"'.repeat(1_500)],
  ['(?s)(<!--.*?-->)*x', '<!---->'.repeat(700)],
  ['^(?:[\\w-]+\\.)*[\\w-]+@x$', 'a.'.repeat(2_500)],
  ['(?i)(a+)+b', 'aA'.repeat(2_500)],
  ['(a?){60}a{60}', 'a'.repeat(59)],
  ['(a{1,9}){1,9}b', letters],
  ['(.|\\s)*x', letters],
  ['(\\d+)*\\D', digits],
  [`([^"']+)*x`, letters],
  ['^((ab)*)+$', `${'ab'.repeat(2_500)}a`],
  ['(0|1|01|10)*2', '01'.repeat(2_500)],
  ['(\\p{L}+)*1', 'ł'.repeat(2_500)],
  ['(\\/\\*(.|\\n)*\\*\\/)*x', '/**/'.repeat(1_250)],
  ['^(https?:\\/\\/)?([\\da-z.-]+)\\.([a-z.]{2,6})([\\/\\w .-]*)*\\/?$', `a.${letters}!`],
  ['(\\S+)*@(\\S+)*!', letters],
  ['^\\s*(\\w+(,\\s*\\w+)*\\s*)*;$', 'a, '.repeat(1_500)],
  ['(?:a|b)*a(?:a|b){100}', `${'ab'.repeat(2_500)}!`],
  ['(.*){40}!', letters],
  ['(((((((((a*)*)*)*)*)*)*)*)*)*b', letters],
]

/** Members of a filter, and what is said about it. */
const refused: readonly (readonly [string, Filter | readonly Filter[], RegExp])[] = [
  [
    'a look ahead',
    { type: 'header', header: 'X', matcher: '(?=(a+))' },
    /filters\[0\]\.matcher has a look ahead.*position 0/,
  ],
  [
    'a look behind',
    { type: 'header', header: 'X', matcher: 'a(?<=a+)' },
    /matcher has a look behind.*position 1/,
  ],
  [
    'a back reference',
    { type: 'header', header: 'X', matcher: '(a+)\\1' },
    /matcher has a back reference.*position 4/,
  ],
  [
    'a possessive repetition',
    { type: 'header', header: 'X', matcher: 'a++' },
    /matcher has a possessive repetition/,
  ],
  ['an atomic group', { type: 'header', header: 'X', matcher: '(?>a+)' }, /matcher has an atomic group/],
  [
    '10 KiB of pattern',
    { type: 'header', header: 'X', matcher: 'a'.repeat(10_240) },
    /matcher is longer than 1024 bytes/,
  ],
  [
    'a repetition of repetitions',
    { type: 'header', header: 'X', matcher: '((a{99}){99}){99}' },
    /matcher is larger than 1024 letters/,
  ],
  [
    'a thousand groups',
    { type: 'header', header: 'X', matcher: '('.repeat(500) + ')'.repeat(500) },
    /groups deeper than 50/,
  ],
  [
    'many properties',
    { type: 'header', header: 'X', matcher: '\\p{L}'.repeat(100) },
    /matcher has more than 16 properties/,
  ],
  [
    'an address of e-mail as Java reads it',
    { type: 'header', header: 'X', matcher: '^[^<>()[\\]\\\\.,;:\\s@"]+$' },
    /set inside a set/,
  ],
  ['a pattern that is a number', { type: 'header', header: 'X', matcher: 5 }, /matcher must be a text/],
  [
    'a script',
    { type: 'jsonpath', path: '$[(@.length-1)]', matcher: 'x' },
    /path has an expression, which is never evaluated/,
  ],
  [
    'a constructor',
    { type: 'jsonpath', path: "$[?(@.constructor.constructor('return process')())]", matcher: 'x' },
    /path has an expression, which is never evaluated/,
  ],
  [
    'a constructor without brackets',
    { type: 'jsonpath', path: '$..constructor.constructor("return process")()', matcher: 'x' },
    /path has a function/,
  ],
  ['a function', { type: 'jsonpath', path: '$.a.length()', matcher: 'x' }, /path has a function/],
  ['a slice', { type: 'jsonpath', path: '$[0:1000000000]', matcher: 'x' }, /path has a slice/],
  [
    'a large index',
    { type: 'jsonpath', path: '$[99999999999999]', matcher: 'x' },
    /path has an index of more than 9 digits/,
  ],
  [
    '10,000 steps',
    { type: 'jsonpath', path: `$${'.a'.repeat(10_000)}`, matcher: 'x' },
    /path is longer than 1024 characters/,
  ],
  [
    '500 steps',
    { type: 'jsonpath', path: `$${'.a'.repeat(500)}`, matcher: 'x' },
    /path has more than 32 steps/,
  ],
  [
    'depth on depth',
    { type: 'jsonpath', path: '$..*..*..*..*', matcher: 'x' },
    /path has more than 3 times \.\./,
  ],
  [
    '1,000 filters',
    Array.from({ length: 1_000 }, () => ({ type: 'header', header: 'X', matcher: 'y' })),
    /must not hold more than 32 filters/,
  ],
  [
    '32 large patterns',
    Array.from({ length: 32 }, () => ({ type: 'header', header: 'X', matcher: '(?:ab){500}' })),
    /filters\[8\]\.matcher makes the patterns of the subscription too large/,
  ],
  ['40 filters inside each other', nested(40), /must not hold more than 32 filters/],
  ['100 filters inside each other', nested(100), /nested deeper/],
  [
    'a type of every object',
    { type: '__proto__', path: '$', matcher: 'x' },
    /^Message filter type __proto__ doesn't match/,
  ],
  [
    'a type that is an object',
    { type: {}, path: '$', matcher: 'x' },
    /^Message filter type null doesn't match/,
  ],
  ['a null', { type: 'jsonpath', path: null, matcher: 'x' }, /null value in entry: path=null/],
]

/** Paths that are names like any other, and reach nothing but members of the message. */
const prototypePaths = [
  '$.__proto__',
  '$.constructor',
  '$.constructor.prototype',
  '$..__proto__',
  "$['toString']",
]

function nested(count: number): Filter {
  const inner: Filter = { type: 'header', header: 'X', matcher: 'y' }
  return Array.from({ length: count - 1 }).reduce<Filter>(filter => ({ type: 'not', filter }), inner)
}

async function trial(filters: readonly Filter[], message: string, headers: object = {}): Promise<unknown> {
  const form = { message: Buffer.from(message).toString('base64'), filters, headers }
  const answer = await stack.api.manage('POST', `/filters/${topic}`, form)
  return answer.status === 200 ? (JSON.parse(answer.text) as unknown) : answer.text
}

describe('a pattern made to hurt', () => {
  it.each(evilPatterns)('%s is answered', async (matcher, value) => {
    const answer = await trial([{ type: 'header', header: 'X', matcher }], '{}', { X: value })

    expect(answer).toEqual({ status: 'NOT_MATCHED' })
  })

  it('costs no more than its steps, and says so', async () => {
    const filter = { type: 'jsonpath', path: '$.a', matcher: '(.*){300}!' }

    expect(await trial([filter], JSON.stringify({ a: letters }))).toEqual({
      status: 'NOT_MATCHED',
      errorMessage:
        'The message would become a dead letter: the filters need more than 1000000 steps for this message',
    })
  })
})

describe('a subscription', () => {
  it.each(refused)('is refused with %s, and nothing is made', async (_what, filters, problem) => {
    const name = 'hostile'
    const form = { topicName: topic, name, endpoint: subscriber.url, description: '', owner }
    const list = Array.isArray(filters) ? filters : [filters]
    const answer = await stack.api.createSubscription({ ...form, filters: list })

    const { message } = JSON.parse(answer.text) as { message: string }
    expect([answer.status, message]).toEqual([400, expect.stringMatching(problem)])
    expect((await stack.api.readSubscription(topic, name)).status).toBe(400)
  })

  it('takes a name that looks like an end of its quotes for a name', async () => {
    const filter = { type: 'exists', path: "$['\\'];process.exit()//']" }

    expect(await trial([filter], '{"a":1}')).toEqual({ status: 'NOT_MATCHED' })
    expect(await trial([filter], `{"'];process.exit()//":1}`)).toEqual({ status: 'MATCHED' })
  })

  it.each(prototypePaths)('finds nothing at %s but what is in the message', async path => {
    const filter = { type: 'exists', path }

    expect(await trial([filter], '{"a":{"b":1}}')).toEqual({ status: 'NOT_MATCHED' })
    expect(await trial([filter], '{"__proto__":1,"constructor":{"prototype":1},"toString":1}')).toEqual({
      status: 'MATCHED',
    })
  })
})

describe('the consumers', () => {
  it('run every one of these patterns beside a subscription that gets all its messages', async () => {
    const evil = await stack.createTopic({ maxMessageSize: 1_000_000 })
    await stack.createSubscription(evil, subscriber.url)
    const filters = evilPatterns.map(([matcher]) => ({ type: 'jsonpath', path: '$.a', matcher }))
    const names: string[] = []
    for (let from = 0; from < filters.length; from += 14)
      names.push(
        await stack.createSubscription(evil, `${subscriber.url}/evil`, {
          filters: [{ type: 'or', filters: filters.slice(from, from + 14) }],
        }),
      )
    const bodies = evilPatterns.map(([, value]) => JSON.stringify({ a: `${value.slice(-800)}\u0000` }))

    for (const body of bodies) expect((await stack.publish(evil, body)).status).toBe(201)

    await subscriber.waitFor(bodies.length, { path: '/' })
    await eventually(async () => {
      const text = await (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
      const sum = (metric: string): number =>
        text
          .split('\n')
          .filter(line => line.startsWith(`hermes_consumers_${metric}{`))
          .filter(line => names.some(name => line.includes(`"${name}"`)))
          .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)
      const outcomes = ['filtered_out', 'discarded', 'delivered'].map(each =>
        sum(`subscription_${each}_total`),
      )
      expect(outcomes.reduce((total, count) => total + count, 0)).toBe(bodies.length * names.length)
      expect(outcomes[0]).toBeGreaterThan(bodies.length)
    })
  })
})
