import { describe, expect, it } from 'vitest'
import type { Delivery, RequestHeaders } from './delivery.js'
import { createReceiver, type Handler, type Problem, type ReceiverOptions } from './receiver.js'
import { keys, signedHeaders } from './testing/signed.js'
import { accept, acceptExcept, reject, retryLater, type Answer, type Verdict } from './verdict.js'

const atMs = 1_795_000_000_000
const text = '{"n":1}'

/** A receiver with what it saw and complained about. */
function made(handle: Handler = () => undefined, options: Partial<ReceiverOptions> = {}) {
  const [seen, problems] = [[] as Delivery[], [] as Problem[]]
  const receiver = createReceiver({
    keys,
    nowMs: () => atMs,
    onProblem: problem => void problems.push(problem),
    handle: delivery => {
      seen.push(delivery)
      return handle(delivery)
    },
    ...options,
  })
  const receive = (headers: RequestHeaders, body = text): Promise<Answer> =>
    receiver.receive({ headers, body: Buffer.from(body) })
  return { seen, problems, receive }
}

describe('a receiver', () => {
  it('hands over what is signed, and accepts it unless the handler says otherwise', async () => {
    const { seen, receive } = made()
    const headers = { ...signedHeaders(text, { atMs }), 'hermes-retry-count': '2' }

    expect(await receive(headers)).toEqual({ status: 204, headers: {}, body: '' })
    expect(seen[0]).toMatchObject({ id: 'm1', isVerified: true, isBatch: false, retryCount: 2, topic: null })
    expect(seen[0]?.json()).toEqual({ n: 1 })
    expect(seen[0]?.messages()).toMatchObject([{ id: 'm1', content: { n: 1 } }])
  })

  it('goes by the signed id, not by one that anybody may have put beside it', async () => {
    const { seen, receive } = made()
    await receive({ ...signedHeaders(text, { atMs }), 'hermes-message-id': 'forged' })

    expect(seen[0]?.id).toBe('m1')
  })

  it.each([
    ['nothing', {}],
    ['a signature of another body', signedHeaders('{}', { atMs })],
    ['an old one', signedHeaders(text, { atMs: atMs - 600_000 })],
  ])('hands over nothing with %s; Iris is to try again, behind a mended key', async (_what, headers) => {
    const { seen, problems, receive } = made()

    expect(await receive(headers)).toEqual({ status: 401, headers: { 'Iris-Verdict': 'retry' }, body: '' })
    expect(seen).toEqual([])
    expect(problems).toMatchObject([{ kind: 'not authentic' }])
  })

  it('without keys takes anybody’s word, and says so', async () => {
    const { seen, receive } = made(undefined, { keys: null })
    await receive({ 'hermes-message-id': 'm9', 'hermes-topic-name': 'a.b', 'hermes-subscription-name': 'c' })

    expect(seen[0]).toMatchObject({ id: 'm9', isVerified: false, topic: 'a.b', subscription: 'c' })
    expect((await receive({})).status).toBe(422)
  })

  it('refuses a body over the bound before anything else', async () => {
    const { seen, problems, receive } = made(undefined, { keys: null, bodyBytesMax: text.length })
    const headers = { 'hermes-message-id': 'm1' }

    expect((await receive(headers)).status).toBe(204)
    expect((await receive(headers, `${text} `)).status).toBe(413)
    expect(seen).toHaveLength(1)
    expect(problems).toMatchObject([{ kind: 'too large' }])
  })

  it.each([[true], ['accept'], [{ status: 204 }], [{}]])(
    'takes %j, which is no verdict, for a handler that failed',
    async word => {
      const { problems, receive } = made(() => word as unknown as Verdict)

      expect(await receive(signedHeaders(text, { atMs }))).toEqual({ status: 500, headers: {}, body: '' })
      expect(problems).toMatchObject([{ kind: 'handler failed', id: 'm1' }])
    },
  )

  it('keeps the text of an error for its own log', async () => {
    const error = new Error('password is hunter2')
    const { problems, receive } = made(() => Promise.reject(error))

    expect(await receive(signedHeaders(text, { atMs }))).toEqual({ status: 500, headers: {}, body: '' })
    expect(problems).toEqual([{ kind: 'handler failed', text: error.message, error, id: 'm1' }])
  })

  it('answers even when the log fails', async () => {
    const fails = (): never => {
      throw new Error('disk full')
    }
    const { receive } = made(fails, { onProblem: fails })

    expect((await receive(signedHeaders(text, { atMs }))).status).toBe(500)
  })

  it.each(['', '{', '[1'])('rejects the body %j once the handler wants its JSON', async body => {
    const { problems, receive } = made(delivery => void delivery.json())
    const answer = await receive(signedHeaders(body, { atMs }), body)

    expect(answer).toMatchObject({ status: 422, headers: { 'Iris-Verdict': 'dead-letter' } })
    expect(problems).toMatchObject([{ kind: 'unreadable', id: 'm1' }])
  })
})

describe('a batch', () => {
  const batch = JSON.stringify([
    {
      _w: true,
      metadata: { id: 'a', timestamp: 5, externalMetadata: { 'Trace-Id': 't' } },
      message: { n: 1 },
    },
    { _w: true, metadata: { id: 'b' }, message: null },
  ])
  const headers = { ...signedHeaders(batch, { id: 'batch', atMs }), 'hermes-batch-id': 'batch' }

  it('comes apart into its messages', async () => {
    const { seen, receive } = made(() => acceptExcept([{ id: 'b', retry: true }]))
    const answer = await receive(headers, batch)

    expect(seen[0]).toMatchObject({ id: 'batch', isBatch: true })
    expect(seen[0]?.messages()).toEqual([
      { id: 'a', publishedMs: 5, headers: { 'trace-id': 't' }, content: { n: 1 } },
      { id: 'b', publishedMs: null, headers: {}, content: null },
    ])
    expect(answer).toMatchObject({ status: 207, headers: { 'Content-Type': 'application/json' } })
    expect(answer.body).toBe('{"failed":[{"id":"b","retry":true}]}')
  })

  it.each(['{}', '[1]', '[{"metadata":{"id":7}}]'])('such as %s is none', async body => {
    const { receive } = made(delivery => void delivery.messages())
    const signed = { ...signedHeaders(body, { atMs }), 'hermes-batch-id': 'm1' }

    expect((await receive(signed, body)).status).toBe(422)
  })
})

describe('a CloudEvent', () => {
  it('in binary mode has its attributes, decoded', async () => {
    const { seen, receive } = made()
    const event = { 'ce-specversion': '1.0', 'ce-id': '17', 'ce-subject': 'caf%C3%A9', 'ce-odd': '100%' }
    await receive({ ...signedHeaders(text, { atMs }), ...event })
    await receive(signedHeaders(text, { atMs }))

    expect(seen[0]?.event).toEqual({ specversion: '1.0', id: '17', subject: 'café', odd: '100%' })
    expect(seen[1]?.event).toBeNull()
  })
})

describe('a verdict', () => {
  it.each([
    ['accept', accept(), 204, {}],
    ['retryLater', retryLater(), 503, { 'Iris-Verdict': 'retry' }],
    ['later, all', retryLater({ seconds: 1.2 }), 503, { 'Iris-Verdict': 'retry', 'Retry-After': '2' }],
    [
      'later, this one',
      retryLater({ seconds: 5, isMessageOnly: true }),
      500,
      { 'Iris-Verdict': 'retry', 'Retry-After': '5' },
    ],
    ['never before', retryLater({ seconds: -1 }), 503, { 'Iris-Verdict': 'retry', 'Retry-After': '0' }],
    ['a day at most', retryLater({ seconds: 1e9 }), 503, { 'Iris-Verdict': 'retry', 'Retry-After': '86400' }],
    ['no number', retryLater({ seconds: NaN }), 503, { 'Iris-Verdict': 'retry' }],
  ])('%s', async (_what, verdict, status, headers) => {
    const { receive } = made(() => verdict)

    expect(await receive(signedHeaders(text, { atMs }))).toEqual({ status, headers, body: '' })
  })

  it('that rejects says why, in 200 letters at most', async () => {
    const { receive } = made(() => reject('x'.repeat(201)))
    const answer = await receive(signedHeaders(text, { atMs }))

    expect(answer.status).toBe(422)
    expect(answer.headers['Iris-Verdict']).toBe('dead-letter')
    expect(JSON.parse(answer.body)).toEqual({ reason: 'x'.repeat(200) })
  })
})
