import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemScheduler } from '../time/scheduler.js'
import { problemBody } from '../errors/problem.js'
import { endConnectionAfter } from './connection-state.js'
import { endEarly, mustCloseEarly } from './early-answer.js'
import { createListener, type HttpListener, type ListenerOptions, type RequestHandler } from './server.js'

const defaults: ListenerOptions = {
  host: '127.0.0.1',
  port: 0,
  headersMax: 100,
  headerBytesMax: 16_384,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 5_000,
  connectionsMax: 100,
  backlog: 100,
}

const listeners: HttpListener[] = []
const sockets: Socket[] = []

afterEach(async () => {
  sockets.splice(0).forEach(socket => socket.destroy())
  await Promise.all(listeners.splice(0).map(listener => listener.stop(0)))
})

async function serve(handle: RequestHandler, options: Partial<ListenerOptions> = {}): Promise<number> {
  const { port } = await listenWith(handle, options).start()
  return port
}

function listenWith(handle: RequestHandler, options: Partial<ListenerOptions> = {}): HttpListener {
  const parts = { log: silentLog, scheduler: systemScheduler }
  const listener = createListener(
    parts,
    { ...defaults, ...options },
    {
      handle,
      refuse: (_request, response, error) => response.writeHead(error.status).end(problemBody(error)),
    },
  )
  listeners.push(listener)
  return listener
}

interface Connection {
  readonly socket: Socket
  text(): string
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>
  until(pattern: RegExp): Promise<string>
}

function dial(port: number, ...pieces: readonly string[]): Connection {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  sockets.push(socket)
  let received = ''
  let notify = (): void => undefined
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    notify()
  })
  const closed = new Promise<void>(resolve => {
    socket.on('end', resolve)
    socket.on('close', () => resolve())
  })
  for (const piece of pieces) socket.write(piece, 'latin1')
  return {
    socket,
    text: () => received,
    closed,
    until: pattern =>
      new Promise((resolve, reject) => {
        notify = () => pattern.test(received) && resolve(received)
        void closed.then(() => (pattern.test(received) ? resolve(received) : reject(new Error(received))))
        notify()
      }),
  }
}

/** Answers 200 when the body has come. */
const polite: RequestHandler = (request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(200, ['Content-Length', '2']).end('ok'))
}

const post = (headers: string, body = ''): string => `POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`

describe('listener', () => {
  it('takes as many header lines as allowed and answers one more with 431', async () => {
    const port = await serve(polite, { headersMax: 10 })
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, index) => `X-${index}: v\r\n`).join('')

    const atBound = dial(port, post(lines(9)))
    const over = dial(port, post(lines(10)))

    expect(await atBound.until(/ok$/)).toMatch(/^HTTP\/1.1 200 /)
    expect(await over.until(/\}/)).toMatch(
      /^HTTP\/1.1 431 [^]*"message":"At most 10 header lines are accepted, got 11","code":"TOO_MANY_HEADERS"/,
    )
  })

  it('counts thousands of header lines, of which Node itself would lose some in silence', async () => {
    const port = await serve(polite, { headersMax: 3_000 })
    const lines = 'a:b\r\n'.repeat(2_500)
    let seen = 0
    const counting = await serve(
      (request, response) => {
        seen = request.rawHeaders.length / 2
        response.end()
      },
      { headersMax: 3_000 },
    )

    await dial(port, post(lines)).until(/ok$/)
    await dial(counting, post(lines)).until(/\r\n\r\n/)

    expect(seen).toBe(2_501)
  })

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a bare line feed', 'POST / HTTP/1.1\nHost: x\nX: y\r\n\r\n', 400],
    ['a folded header', post('A: b\r\n c: d\r\nContent-Length: 0\r\n'), 400],
    ['a NUL in a value', post('A: b\0c\r\n'), 400],
    ['no host', 'POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n', 400],
    ['two lengths', post('Content-Length: 1\r\nContent-Length: 2\r\n', 'ab'), 400],
    ['a signed length', post('Content-Length: +2\r\n', 'ab'), 400],
    ['length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /'), 400],
    ['a chunk that is no number', post('Transfer-Encoding: chunked\r\n', 'zz\r\nab\r\n0\r\n\r\n'), 400],
    ['a blank before the colon', post('A : b\r\n'), 400],
    ['17 KiB of headers', post(`A: ${'b'.repeat(17_000)}\r\n`), 431],
  ])('answers %s with a bare refusal and closes', async (_what, bytes, status) => {
    let served = 0
    const port = await serve((request, response) => {
      served++
      polite(request, response)
    })

    const connection = dial(port, bytes)
    await connection.closed

    expect(connection.text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(connection.text()).toMatch(/Connection: close/i)
    expect(connection.text().match(/HTTP\/1.1 /g)).toHaveLength(1)
    expect(served).toBeLessThanOrEqual(1)
  })

  it('lets a complete request keep its own answer when broken bytes follow it', async () => {
    const answers: ServerResponse[] = []
    const port = await serve((request, response) => {
      request.resume()
      request.on('end', () => answers.push(response))
    })

    const connection = dial(port, post('Content-Length: 2\r\n', 'ab'), 'broken\r\n\r\n')
    await expect.poll(() => answers.length).toBe(1)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(connection.text()).toBe('')
    answers[0]?.writeHead(201, ['Content-Length', '0']).end()
    await connection.closed

    expect(connection.text()).toMatch(/^HTTP\/1.1 201 /)
    expect(connection.text()).not.toMatch(/400/)
  })

  it('serves nothing behind an answer that ends its connection', async () => {
    let served = 0
    const port = await serve((request, response) => {
      served++
      response.shouldKeepAlive = false
      polite(request, response)
    })

    const connection = dial(port, post('Content-Length: 0\r\n').repeat(3))
    await connection.closed

    expect(served).toBe(1)
    expect(connection.text().match(/HTTP\/1.1 200/g)).toHaveLength(1)
  })

  it.each([
    ['a silent connection', ''],
    ['half a head', 'POST / HTTP/1.1\r\nHost: x\r\n'],
  ])('closes %s with 408 soon after its time', async (_what, bytes) => {
    const port = await serve(polite, { headersTimeoutMs: 300, requestTimeoutMs: 600 })
    const startedMs = performance.now()

    const connection = dial(port, bytes)
    await connection.closed

    expect(connection.text()).toMatch(/^HTTP\/1.1 408 /)
    expect(performance.now() - startedMs).toBeGreaterThan(290)
    // Node itself looks every half a minute.
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  })

  it('closes connections over the bound', async () => {
    const port = await serve(polite, { connectionsMax: 2 })
    const first = dial(port, post('Content-Length: 0\r\n'))
    const second = dial(port, post('Content-Length: 0\r\n'))
    await Promise.all([first.until(/ok$/), second.until(/ok$/)])

    const third = dial(port, post('Content-Length: 0\r\n'))
    await third.closed

    expect(third.text()).toBe('')
  })

  it('answers a client that has closed its own side', async () => {
    const port = await serve((request, response) => {
      request.resume()
      setTimeout(() => response.writeHead(200, ['Content-Length', '2']).end('ok'), 50)
    })

    const connection = dial(port)
    connection.socket.end(post('Content-Length: 2\r\n', 'ab'))

    expect(await connection.until(/ok$/)).toMatch(/^HTTP\/1.1 200 /)
    await connection.closed
  })

  it('says which address is taken', async () => {
    const port = await serve(polite)

    await expect(listenWith(polite, { port }).start()).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port}: another process listens there`,
    )
  })

  it('asks for the body only when the handler does', async () => {
    const port = await serve((request, response) => {
      response.writeContinue()
      polite(request, response)
    })
    const refusing = await serve((_request, response) =>
      response.writeHead(404, ['Content-Length', '0']).end(),
    )
    const head = post('Content-Length: 2\r\nExpect: 100-continue\r\n')

    const invited = dial(port, head)
    await invited.until(/100 Continue/)
    invited.socket.write('ab')

    expect(await invited.until(/ok$/)).toMatch(/200 OK/)
    expect(await dial(refusing, head).until(/404/)).not.toMatch(/100/)
  })
})

describe('stopping listener', () => {
  it('finishes open requests, closes idle and unused connections, and takes no new ones', async () => {
    let finish = (): void => undefined
    const listener = listenWith((request: IncomingMessage, response) => {
      request.resume()
      if (request.url === '/') response.end('idle')
      else finish = () => void response.writeHead(200, ['Content-Length', '4']).end('done')
    })
    const { port } = await listener.start()
    const idle = dial(port, post('Content-Length: 0\r\n'))
    await idle.until(/idle/)
    const unused = dial(port)
    const open = dial(port, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(() => listener.connectionCount()).toBe(3)

    const stopped = listener.stop(5_000)
    await Promise.all([idle.closed, unused.closed])
    const late = dial(port, post('Content-Length: 0\r\n'))
    await late.closed
    finish()
    await Promise.all([open.closed, stopped])

    expect(open.text()).toMatch(/done$/)
    expect(late.text()).toBe('')
    await expect.poll(() => listener.connectionCount()).toBe(0)
  })

  it('serves the connections it has when it accepts no more', async () => {
    const listener = listenWith(polite)
    const { port } = await listener.start()
    const open = dial(port, post('Content-Length: 0\r\n'))
    await expect.poll(() => open.text()).toContain('200')

    listener.stopAccepting()
    const late = dial(port, post('Content-Length: 0\r\n'))
    await late.closed
    open.socket.write(post('Content-Length: 0\r\n'))
    await expect.poll(() => open.text().match(/HTTP\/1.1 200/g)).toHaveLength(2)
    await listener.stop(0)
    await open.closed

    expect(late.text()).toBe('')
  })

  it('cuts what is still open when its grace is over', async () => {
    const listener = listenWith(() => undefined)
    const { port } = await listener.start()
    const hanging = dial(port, post('Content-Length: 0\r\n'))
    await expect.poll(() => listener.connectionCount()).toBe(1)

    await listener.stop(100)

    await hanging.closed
    expect(hanging.text()).toBe('')
  })

  it('lets every request that is under way have its answer, the last one ending the connection', async () => {
    const answers: ServerResponse[] = []
    const listener = listenWith((request, response) => {
      request.resume()
      answers.push(response)
    })
    const { port } = await listener.start()
    const connection = dial(port, post('Content-Length: 0\r\n').repeat(3))
    await expect.poll(() => answers.length).toBe(3)

    listener.beginClosing()
    for (const response of answers) {
      endConnectionAfter(response)
      response.writeHead(201, ['Content-Length', '0']).end()
    }
    await connection.closed

    expect(connection.text().match(/HTTP\/1.1 201/g)).toHaveLength(3)
    expect(connection.text().match(/Connection: close/g)).toHaveLength(1)
  })

  it('tells clients to move on before it stops', async () => {
    const listener = listenWith(polite)
    const { port } = await listener.start()

    listener.beginClosing()
    const connection = dial(port, post('Content-Length: 0\r\n'))
    await connection.closed

    expect(connection.text()).toMatch(/^HTTP\/1.1 200 [^]*Connection: close/)
  })
})

describe('early answer', () => {
  const refuseEarly: RequestHandler = (request, response) => {
    response.writeHead(400, [
      'Content-Length',
      '2',
      ...(mustCloseEarly(request) ? ['Connection', 'close'] : []),
    ])
    if (!mustCloseEarly(request)) return void response.end('no')
    response.write('no')
    endEarly(systemScheduler, request, response)
  }

  it('reaches a client that goes on sending, and closes when it is done', async () => {
    const port = await serve(refuseEarly)
    const length = 1_000_000

    const connection = dial(port, post(`Content-Length: ${length}\r\n`))
    await connection.until(/no$/)
    connection.socket.write('x'.repeat(length))
    await connection.closed

    expect(connection.text()).toMatch(/^HTTP\/1.1 400 /)
  })

  it('keeps the connection when the rest is short', async () => {
    const port = await serve(refuseEarly)

    const connection = dial(port, post('Content-Length: 10\r\n'))
    await connection.until(/no$/)
    connection.socket.write('0123456789' + post('\r\n').replace('\r\n\r\n\r\n', '\r\n\r\n'))

    expect(await connection.until(/no[^]*no$/)).not.toMatch(/Connection: close/)
  })

  it('drops a sender that never ends', async () => {
    const port = await serve(refuseEarly)
    const connection = dial(port, post('Transfer-Encoding: chunked\r\n'))
    await connection.until(/no$/)
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    let sent = 0
    const timer = setInterval(() => {
      if (connection.socket.writableLength >= 1_000_000) return
      connection.socket.write(chunk)
      sent += chunk.length
    }, 1)

    await connection.closed
    clearInterval(timer)

    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })
})
