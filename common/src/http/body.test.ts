import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { declaredLength, readBody, type BodyFailure, type BodySink } from './body.js'

/** A request as far as reading goes. */
class FakeRequest extends EventEmitter {
  complete = false
  constructor(readonly headers: Record<string, string>) {
    super()
  }

  send(...chunks: readonly string[]): this {
    for (const chunk of chunks) this.emit('data', Buffer.from(chunk))
    return this
  }

  finish(): void {
    this.complete = true
    this.emit('end')
    this.emit('close')
  }
}

interface Heard extends BodySink {
  body: Buffer | null
  failure: [BodyFailure, number] | null
  calls: number
  held: number
}

function listenerWith(room = Infinity): Heard {
  return {
    body: null,
    failure: null,
    calls: 0,
    held: 0,
    onBody(body) {
      this.calls++
      this.body = body
    },
    onBodyFailed(failure, bytes) {
      this.calls++
      this.failure = [failure, bytes]
    },
    mayHold(bytes) {
      if (this.held + bytes > room) return false
      this.held += bytes
      return true
    },
  }
}

function read(
  headers: Record<string, string>,
  bytesMax: number,
  sink: BodySink,
): { request: FakeRequest; readonly abandon: () => void } {
  const request = new FakeRequest(headers)
  const reading = readBody(request as unknown as IncomingMessage, bytesMax, sink)
  return {
    request,
    abandon: () => {
      reading.abandon()
    },
  }
}

const sized = (length: number): Record<string, string> => ({ 'content-length': String(length) })

describe('reading a body', () => {
  it('gives a body of one piece without copying it', () => {
    const sink = listenerWith()
    const { request } = read(sized(4), 10, sink)
    const chunk = Buffer.from('data')

    request.emit('data', chunk)
    request.finish()

    expect(sink.body).toBe(chunk)
    expect(sink.calls).toBe(1)
  })

  it.each([
    ['declared', sized(9)],
    ['chunked', {}],
  ])('joins the pieces of a %s body', (_how, headers) => {
    const sink = listenerWith()
    const { request } = read(headers, 100, sink)

    request.send('ab', 'c', 'def', 'ghi').finish()

    expect(sink.body?.toString()).toBe('abcdefghi')
  })

  it('gives an empty body', () => {
    const sink = listenerWith()

    read({}, 10, sink).request.finish()

    expect(sink.body).toHaveLength(0)
  })

  it('takes a body at the bound and refuses a declared length over it before anything is read', () => {
    const atBound = listenerWith()
    const over = listenerWith()

    read(sized(10), 10, atBound).request.send('0123456789').finish()
    const { request } = read(sized(11), 10, over)

    expect(atBound.body).toHaveLength(10)
    expect(over.failure).toEqual(['tooLarge', 11])
    expect(request.listenerCount('data')).toBe(0)
  })

  it('refuses an undeclared body as soon as it passes the bound, and only once', () => {
    const sink = listenerWith()
    const { request } = read({}, 10, sink)

    request.send('0123456789')
    expect(sink.calls).toBe(0)
    request.send('x', 'y').finish()

    expect(sink.failure).toEqual(['tooLarge', 11])
    expect(sink.calls).toBe(1)
  })

  it('asks for room before it holds anything, and counts what it allocates', () => {
    const declared = listenerWith(5)
    const chunked = listenerWith(5)

    read(sized(6), 100, declared)
    const { request } = read({}, 100, chunked)
    request.send('abc')
    request.send('def')

    expect(declared.failure).toEqual(['noRoom', 6])
    expect(chunked.failure).toEqual(['noRoom', 6])
  })

  it('holds a body of single bytes in little more than its length', () => {
    const sink = listenerWith()
    const { request } = read({}, 100_000, sink)

    for (let index = 0; index < 50_000; index++) request.send('x')
    request.finish()

    expect(sink.body).toHaveLength(50_000)
    expect(sink.held).toBeLessThanOrEqual(100_000)
  })

  it('says so when the client has gone, with what had come', () => {
    const sink = listenerWith()
    const { request } = read(sized(10), 10, sink)

    request.send('abc')
    request.emit('close')
    request.emit('close')

    expect(sink.failure).toEqual(['gone', 3])
    expect(sink.calls).toBe(1)
  })

  it('says nothing after it was abandoned', () => {
    const sink = listenerWith()
    const { request, abandon } = read(sized(3), 10, sink)

    request.send('a')
    abandon()
    request.send('bc').finish()

    expect(sink.calls).toBe(0)
  })

  it.each([
    [{}, -1],
    [sized(0), 0],
    [sized(42), 42],
  ])('reads the declared length of %o as %d', (headers, length) => {
    expect(declaredLength({ headers } as unknown as IncomingMessage)).toBe(length)
  })
})
