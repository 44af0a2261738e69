import { describe, expect, it } from 'vitest'
import { allCommands } from './commands/all.js'
import { fakeNow, Refused, runFake, wordsOf } from './testing/fake-outside.js'
import { helpOf } from './words/help.js'
import { parseWords, splitWords } from './words/parse.js'

describe('the words', () => {
  it('of every example are understood, and every command has one', () => {
    for (const command of allCommands) {
      expect(command.examples, command.name).not.toEqual([])
      for (const { words } of command.examples) {
        const [own = ''] = words.split(/ [|<>]/, 1)
        const split = splitWords(wordsOf(own.split(' || ', 1)[0] ?? ''), allCommands)
        expect(split.command?.name, words).toBe(command.name)
        expect(() => parseWords(command, split.words), words).not.toThrow()
      }
    }
  })

  it('fit a terminal in every help page', () => {
    const long = allCommands.flatMap(each => helpOf(each).split('\n')).filter(line => line.length > 110)
    expect(long.filter(line => !line.startsWith('  iris '))).toEqual([])
  })

  it.each([
    ['aply', 'Did you mean iris apply?'],
    ['--verison', 'iris does not know --verison'],
    ['aply --json', '{"error":{"message":"There is no command aply.'],
    ['plan a.yaml --file b.yaml', 'One file at a time: a.yaml, or --file b.yaml'],
    ['subscriptions --state gone', '--state is one of ACTIVE, SUSPENDED, PENDING, not gone'],
    ['dlq', 'one of iris dlq list, iris dlq summary'],
    ['dlq lst', 'say which'],
    ['tail', 'iris tail needs TOPIC'],
    ['tail orders', 'its name is GROUP.TOPIC'],
    ['tail shop.orders --fron earliest', 'no option --fron. Did you mean --from?'],
    ['tail shop.orders --max', '--max needs a value: --max N'],
    ['tail shop.orders --key --json', '--key needs a value'],
    ['tail shop.orders --max 0', '--max is a whole number from 1'],
    ['tail shop.orders --from yesterday', '--from is a moment'],
    ['tail shop.orders --json=yes', '--json has no value'],
    ['why shop.orders', 'Say which subscription of shop.orders'],
    ['why shop.orders/a b', 'names a subscription already'],
    ['trace shop.orders', 'Say which message'],
    ['dlq redrive shop.orders a', 'Say which dead letters'],
    ['dlq purge shop.orders a --all --status 404', 'in one way'],
    ['dlq list shop.orders a --class dead', '--class is one of refused, expired'],
    ['replay shop.orders a', 'Say where to begin'],
    ['topics a b', 'does not know what to do with b'],
    ['topics --management 127.0.0.1:8090', 'address, not 127.0.0.1:8090: http://127.0.0.1:8090'],
    ['topics --profile prod', 'There is no profile prod'],
  ])('%s are refused with exit code 64: %s', async (words, text) => {
    const { code, said, asked } = await runFake(words)

    expect([code, asked]).toEqual([64, []])
    expect(said).toContain(text)
  })

  it.each([
    ['dlq --help', 'iris dlq purge    remove dead letters for good'],
    ['help dlq', 'iris dlq list --help explains one'],
    ['help dlq list', 'newest first'],
    ['--version', /^iris \d+\.\d+\.\d+\n$/],
  ])('%s are explained with exit code 0', async (words, text) => {
    const { code, out } = await runFake(words)

    expect(code).toBe(0)
    expect(out).toMatch(text)
  })

  it('of no command are help, which is no failure', async () => {
    const { code, out } = await runFake('')

    expect(code).toBe(0)
    expect(allCommands.filter(({ summary }) => !out.includes(summary))).toEqual([])
  })
})

describe('a failure', () => {
  it('is told in a sentence, and as JSON where JSON was asked for', async () => {
    const refusal = new Refused(404, { message: 'Topic a.b does not exist', code: 'TOPIC_NOT_EXISTS' })
    const answers = { 'GET /topics/a.b/subscriptions/s/why': refusal }
    const plain = await runFake('why a.b s', { answers })
    const json = await runFake('why a.b s --json', { answers })

    expect([plain.code, plain.out, plain.said]).toEqual([
      1,
      '',
      'Nothing is known of a.b$s: Topic a.b does not exist\n',
    ])
    expect(JSON.parse(json.said)).toEqual({
      error: { message: plain.said.trim(), status: 404, code: 'TOPIC_NOT_EXISTS' },
    })
  })

  it('of a service that is not there names the address, and where it comes from', async () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:8090')
    const answers = { 'GET /topics/a.b/subscriptions/s/why': new TypeError('fetch failed', { cause }) }
    const { code, said } = await runFake('why a.b s', { answers })

    expect(code).toBe(1)
    expect(said).toContain(
      'http://127.0.0.1:8090/topics/a.b/subscriptions/s/why was not answered: connect ECONN',
    )
    expect(said).toContain('iris profile show')
  })

  it('to speak as Iris does is no answer, and no empty list', async () => {
    const page = new Response('<html>Log in</html>', {
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
    })
    const { code, out, said } = await runFake('topics', {
      answers: { 'POST /query/topics': page, 'POST /query/topics/metrics': [] },
    })

    expect([code, out]).toEqual([1, ''])
    expect(said).toContain('the answer is 200 with a web page. Is it the right address?')
  })

  it('says what helps where the service does', async () => {
    const problem = {
      ...{ type: 'urn:iris:error:other', title: 'Other', status: 403, code: 'OTHER' },
      ...{ detail: 'This takes the role owner:a', fix: 'Ask an admin for it' },
    }
    const { said, asked } = await runFake('pause a.b s', {
      answers: { 'PUT /topics/a.b/subscriptions/s/state': new Refused(403, problem) },
    })

    expect(asked[0]?.headers['accept']).toBe('application/json, application/problem+json')
    expect(said).toBe(
      'a.b$s stays as it was: This takes the role owner:a. Ask an admin for it. ' +
        'iris profile show tells which key is used\n',
    )
  })

  it('for want of a key says where one comes from', async () => {
    const refusal = new Refused(401, { message: 'Who are you?', code: 'UNAUTHENTICATED' })
    const { said } = await runFake('pause a.b s', {
      answers: { 'PUT /topics/a.b/subscriptions/s/state': refusal },
    })

    expect(said).toContain('a.b$s stays as it was: Who are you? A key comes from IRIS_API_KEY or a profile')
  })
})

describe('profiles', () => {
  const profiles = {
    current: 'local',
    byName: new Map([
      ['local', { management: 'http://local:1', key: 'iris_local_secret_key' }],
      ['prod', { management: 'https://prod', frontend: 'https://prod-front', key: 'iris_prod_secret_key' }],
    ]),
  }
  const shown = async (words: string, environment: Readonly<Record<string, string>> = {}): Promise<unknown> =>
    JSON.parse((await runFake(`profile show --json ${words}`, { profiles, environment })).out)

  it('come after the words and the environment, but before the environment where they are named', async () => {
    const environment = { IRIS_MANAGEMENT_URL: 'http://env:2', IRIS_API_KEY: 'iris_env_secret' }

    expect(await shown('')).toMatchObject({ profile: 'local', management: 'http://local:1', key: 'iris_lo…' })
    expect(await shown('', environment)).toMatchObject({ management: 'http://env:2', key: 'iris_…' })
    expect(await shown('--profile prod', environment)).toMatchObject({
      ...{ profile: 'prod', management: 'https://prod', frontend: 'https://prod-front' },
    })
    expect(await shown('--profile prod --management http://word:3')).toMatchObject({
      ...{ management: 'http://word:3', frontend: 'https://prod-front' },
    })
  })

  it('give their key to their own addresses only', async () => {
    expect(await shown('--profile prod --management http://word:3')).toMatchObject({ key: null })
    expect(await shown('', { IRIS_MANAGEMENT_URL: 'http://elsewhere' })).toMatchObject({ key: null })
  })

  it('that name no frontend publish nowhere, rather than to another installation', async () => {
    const { code, said, asked } = await runFake(`publish a.b {}`, { profiles })

    expect([code, asked]).toEqual([64, []])
    expect(said).toContain('no frontend is named')
  })

  it('are added, used and removed, and no output tells a key', async () => {
    const added = await runFake('profile add p --management http://p:1/ --key -', {
      input: ['iris_47DEQpj8HBSa\n'],
    })
    const listed = await runFake('profile list', { profiles: added.profiles })
    const removed = await runFake('profile remove p', { profiles: added.profiles })
    const mistyped = await runFake('profile use loca', { profiles })

    expect(added.profiles).toEqual({
      current: 'p',
      byName: new Map([['p', { management: 'http://p:1', key: 'iris_47DEQpj8HBSa' }]]),
    })
    expect(listed.out).toMatchInlineSnapshot(`
      "   NAME  MANAGEMENT  FRONTEND  KEY
      *  p     http://p:1  -         iris_…
      "
    `)
    expect(removed.profiles).toEqual({ current: null, byName: new Map() })
    expect([mistyped.code, mistyped.said]).toEqual([64, expect.stringContaining('Did you mean local?')])
    expect(JSON.stringify([added, listed, removed].map(({ out, said }) => out + said))).not.toContain('47DEQ')
  })
})

describe('publish', () => {
  const stored = new Refused(201, '', { 'Hermes-Message-Id': 'm-1' })

  it('sends the bytes of a word with its key and its time', async () => {
    const { code, out, asked } = await runFake(`publish a.b '{ "n":1 }' --key k --at 10m`, {
      answers: { 'POST frontend:/topics/a.b': stored },
    })

    expect([code, out]).toEqual([0, 'Stored: m-1\n'])
    expect(asked).toMatchObject([
      {
        body: '{ "n":1 }',
        headers: { 'partition-key': 'k', 'deliver-at': new Date(fakeNow + 600_000).toISOString() },
      },
    ])
  })

  it('sends many lines with one request, over the ends of pieces, and names what is refused', async () => {
    const results = [201, 400, 201].map((status, index) => ({
      ...{ index, status, messageId: `m-${index}` },
      ...(status === 400 ? { code: 'VALIDATION_ERROR', detail: 'it is no JSON' } : {}),
    }))
    const { code, out, said, asked } = await runFake('publish a.b --lines', {
      input: ['{"n":1}\r\n{"n"', ':2}\n\n{"n":3}\n'],
      answers: {
        'POST frontend:/topics/a.b/batch': (body: unknown) => ({
          results: body === '{"n":1}\n' || (body as { n?: number }).n === 1 ? [results[0]] : results.slice(1),
        }),
      },
    })

    expect(asked.map(({ body }) => body)).toEqual(['{"n":1}\n', '{"n":2}\n{"n":3}\n'])
    expect([code, out, said]).toEqual([
      1,
      'Stored 2 messages, 1 not.\n',
      'Message 2: 400 VALIDATION_ERROR it is no JSON\n',
    ])
  })

  it('sends a line again that is surely not stored, and no other', async () => {
    let round = 0
    const { code, out, asked } = await runFake('publish a.b --lines', {
      input: ['1\n2\n3\n'],
      answers: {
        'POST frontend:/topics/a.b/batch': () => ({
          results:
            round++ === 0
              ? [
                  { index: 0, status: 201 },
                  { index: 1, status: 503, code: 'OVERLOADED' },
                  { index: 2, status: 503, code: 'SENDING_TO_KAFKA_TIMEOUT' },
                ]
              : [{ index: 0, status: 201 }],
        }),
      },
    })

    expect(asked.map(({ body }) => body)).toEqual(['1\n2\n3\n', '2\n'])
    expect([code, out]).toEqual([1, 'Stored 2 messages, 1 not.\n'])
  })

  it('waits for a quota, and sends about as many as it lets through', async () => {
    const sizes: number[] = []
    const quota = { status: 429, code: 'THROUGHPUT_QUOTA_VIOLATION' }
    const { code, out } = await runFake('publish a.b --lines', {
      input: [Array.from({ length: 40 }, (_, n) => `line ${n}\n`).join('')],
      answers: {
        'POST frontend:/topics/a.b/batch': (body: unknown) => {
          const lines = String(body).trim().split('\n')
          sizes.push(lines.length)
          return { results: lines.map((_, at) => (at < 5 ? { status: 201 } : quota)) }
        },
      },
    })

    expect([code, out]).toEqual([0, 'Stored 40 messages.\n'])
    expect(sizes).toEqual([40, 10, 10, 10, 10, 10, 10, 5])
  })

  it('tells what is stored where a later request fails, and of what nobody knows nothing', async () => {
    let round = 0
    const quota = { status: 429, code: 'THROUGHPUT_QUOTA_VIOLATION' }
    const { code, out, said } = await runFake('publish a.b --lines --json', {
      input: ['1\n2\n3\n4\n', 'never read\n'],
      answers: {
        'POST frontend:/topics/a.b/batch': () => {
          if (round++ > 0) throw new TypeError('the line is cut')
          return { results: [{ status: 201 }, quota, quota, quota] }
        },
      },
    })

    const told = out.trim().split('\n')
    expect(round).toBe(2)
    expect(told.map(line => JSON.parse(line) as object)).toMatchObject([
      { index: 0, status: 201 },
      { index: 3, status: 429 },
    ])
    expect([code, said]).toEqual([1, expect.stringContaining('the line is cut')])
  })

  it('sends all again that a frontend refuses as one for a moment', async () => {
    let round = 0
    const overloaded = new Refused(503, { code: 'OVERLOADED', message: 'too much' })
    const { code, out } = await runFake('publish a.b --lines', {
      input: ['1\n2\n'],
      answers: {
        'POST frontend:/topics/a.b/batch': () =>
          round++ === 0 ? overloaded : { results: [{ status: 201 }, { status: 201 }] },
      },
    })

    expect([code, out]).toEqual([0, 'Stored 2 messages.\n'])
  })

  it('gives up on lines of which none is taken', async () => {
    const overloaded = { status: 503, code: 'OVERLOADED' }
    const { code, out, asked } = await runFake('publish a.b --lines', {
      input: ['1\n2\n'],
      answers: { 'POST frontend:/topics/a.b/batch': { results: [overloaded, overloaded] } },
    })

    expect([code, out, asked.length]).toEqual([1, 'Stored 0 messages, 2 not.\n', 31])
  })

  it('sends few lines with keys at a time, so that none is refused and order stays', async () => {
    const { asked } = await runFake('publish a.b --lines --idempotency-key k', {
      input: [Array.from({ length: 450 }, (_, n) => `${n}\n`).join('')],
      answers: {
        'POST frontend:/topics/a.b/batch?records=wrapped': (body: unknown) => ({
          results: String(body)
            .trim()
            .split('\n')
            .map(() => ({ status: 201 })),
        }),
      },
    })

    const first = asked.map(({ body }) => JSON.parse(body.split('\n', 1)[0] ?? '') as { message: number })
    expect(first.map(({ message }) => message)).toEqual([0, 200, 400])
  })

  it('gives each line a key of its own', async () => {
    const { asked } = await runFake('publish a.b --lines --idempotency-key k', {
      input: ['{"n":1}\n'],
      answers: {
        'POST frontend:/topics/a.b/batch?records=wrapped': { results: [{ index: 0, status: 201 }] },
      },
    })

    expect(asked[0]?.body).toBe('{"headers":{"Idempotency-Key":"\\"k-1\\""},"message":{"n":1}}\n')
  })
})
