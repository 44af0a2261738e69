import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openRaw, rawPublish, type RawAnswer } from '../support/raw-connection.js'
import { startPublishWorld, type PublishWorld } from '../support/publish-world.js'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const readBudgetMs = 2_000
/** What a busy machine may add. */
const latenessMs = 5_000
let world: PublishWorld
let topic: string

beforeAll(async () => {
  const settings = { 'frontend.handlers.bodyReadTimeout': `${readBudgetMs}ms` }
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
  topic = await world.createTopic()
})

afterAll(() => world.stop())

const errorOf = (answer: RawAnswer | undefined): unknown => JSON.parse(answer?.body ?? 'null')

async function exchange(bytes: string): Promise<RawAnswer> {
  const connection = openRaw(world.frontend.url, bytes)
  const [answer] = await connection.untilAnswers(1)
  connection.close()
  return answer as RawAnswer
}

describe('lengths', () => {
  it('neither length nor body is refused with the text of Hermes', async () => {
    const answer = await exchange(rawPublish(topic, []))

    expect(answer.status).toBe(400)
    expect(errorOf(answer)).toEqual({
      message: 'Content-Length does not match the header [header:-1, actual:0].',
      code: 'VALIDATION_ERROR',
    })
    expect(answer.headers['hermes-message-id']).toMatch(uuid)
  })

  it('chunked in lower case stands for a length', async () => {
    const chunked = ['Transfer-Encoding: chunked']

    const answer = await exchange(rawPublish(topic, chunked, '3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n'))

    expect(answer.status).toBe(201)
  })

  it('chunked in other letters does not', async () => {
    const answer = await exchange(rawPublish(topic, ['Transfer-Encoding: Chunked'], '2\r\n{}\r\n0\r\n\r\n'))

    expect(answer.status).toBe(400)
    expect(answer.body).toContain('[header:-1, actual:2]')
  })

  it('trailers are not taken for headers', async () => {
    const body = '2\r\n{}\r\n0\r\nPartition-Key: late\r\n\r\n'

    expect((await exchange(rawPublish(topic, ['Transfer-Encoding: chunked'], body))).status).toBe(201)
  })

  it('HTTP/1.0 is answered and closed', async () => {
    const request = rawPublish(topic, ['Content-Length: 2'], '{}').replace('HTTP/1.1', 'HTTP/1.0')
    const connection = openRaw(world.frontend.url, request)

    await connection.untilClosed()

    expect(connection.answers()[0]?.status).toBe(201)
    expect(connection.answers()[0]?.headers['connection']).toBe('close')
  })

  it('several requests on one connection are answered in order', async () => {
    const good = rawPublish(topic, ['Content-Length: 2'], '{}')
    const bad = rawPublish(topic, ['Content-Length: 2'], '{]')

    const connection = openRaw(world.frontend.url, good + bad + good + bad + good)
    const answers = await connection.untilAnswers(5)
    connection.close()

    expect(answers.map(answer => answer.status)).toEqual([201, 400, 201, 400, 201])
    expect(new Set(answers.map(answer => answer.headers['hermes-message-id'])).size).toBe(5)
  })
})

describe('a slow publisher', () => {
  it('whose body stalls is 408 at the budget, with an id, and is closed', async () => {
    const startedMs = performance.now()
    const connection = openRaw(world.frontend.url, rawPublish(topic, ['Content-Length: 10'], '{"a'))

    const [answer] = await connection.untilAnswers(1)
    const tookMs = performance.now() - startedMs

    expect(answer?.status).toBe(408)
    expect(errorOf(answer)).toEqual({
      message: `Timeout while reading message after ${readBudgetMs} milliseconds`,
      code: 'TIMEOUT',
    })
    expect(answer?.headers['hermes-message-id']).toMatch(uuid)
    expect(tookMs).toBeGreaterThanOrEqual(readBudgetMs)
    // The budgets after it are longer by far; what is late beyond this one is the machine's.
    expect(tookMs).toBeLessThan(readBudgetMs + latenessMs)
    await connection.untilClosed()
  })

  it('who drips is 408 too', async () => {
    const connection = openRaw(world.frontend.url, rawPublish(topic, ['Content-Length: 1000'], '"'))
    const drip = setInterval(() => connection.write('x'), 50)

    const [answer] = await connection.untilAnswers(1)
    clearInterval(drip)
    connection.close()

    expect(answer?.status).toBe(408)
  })

  it('who waits to be asked for the body is asked, or refused first', async () => {
    const inviting = ['Content-Length: 2', 'Expect: 100-continue']
    const invited = openRaw(world.frontend.url, rawPublish(topic, inviting))
    await invited.untilAnswers(1)
    expect(invited.text()).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\n$/)
    invited.write('{}')

    expect((await invited.untilAnswers(2))[1]?.status).toBe(201)
    invited.close()
    const refused = await exchange(rawPublish('acme.nope', inviting))
    expect(refused.status).toBe(404)
    expect(refused.headers['connection']).toBe('close')
  })

  it('who has closed its own side still gets its answer', async () => {
    const connection = openRaw(world.frontend.url)
    connection.socket.end(rawPublish(topic, ['Content-Length: 2'], '{}'))

    const [answer] = await connection.untilAnswers(1)

    expect(answer?.status).toBe(201)
  })
})

describe('headers', () => {
  const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: v`)

  it('100 lines are taken, the last one as well', async () => {
    const answer = await exchange(rawPublish(topic, [...lines(98), 'Content-Length: 2'], '{}'))

    expect(answer.status).toBe(201)
  })

  it('101 lines are 431 with a body, an id, and the end of nothing else', async () => {
    const answer = await exchange(rawPublish(topic, [...lines(99), 'Content-Length: 2'], '{}'))

    expect(answer.status).toBe(431)
    expect(errorOf(answer)).toEqual({
      message: 'At most 100 header lines are accepted, got 101',
      code: 'TOO_MANY_HEADERS',
    })
    expect(answer.headers['hermes-message-id']).toMatch(uuid)
  })

  it('the first value of a repeated key is the key', async () => {
    const keys = ['Partition-Key: first', 'partition-key: second', 'Content-Length: 2']

    expect((await exchange(rawPublish(topic, keys, '{}'))).status).toBe(201)
  })
})
