import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../time/clock.js'
import { systemScheduler } from '../../time/scheduler.js'
import {
  answerBytesMax,
  ConnectionLost,
  inflightMax,
  openConnection,
  UnsupportedBroker,
  type ApiCall,
  type BrokerConnection,
} from './connection.js'
import { createFrameSplitter } from './frames.js'
import { failOn, KafkaError } from './kafka-error.js'
import { WireReader, WireWriter } from './wire.js'

const parts = { clock: systemClock, scheduler: systemScheduler }
const servers: { close(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

interface Request {
  readonly apiKey: number
  readonly correlationId: number
  readonly clientId: string
  readonly body: Buffer
}

/** A broker that speaks versions 0 to 3 of API 50, and leaves the answers to the test. */
async function startBroker(
  onRequest: (request: Request, socket: Socket) => void,
  shakesHands = true,
): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    const frames = createFrameSplitter(1_000_000)
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', chunk =>
      frames.push(chunk, frame => {
        const reader = new WireReader(frame)
        const [apiKey, , correlationId] = [reader.int16(), reader.int16(), reader.int32()]
        const request = {
          apiKey,
          correlationId,
          clientId: reader.string(),
          body: reader.view(reader.remaining),
        }
        if (apiKey === 18 && shakesHands) answer(socket, correlationId, spoken())
        else onRequest(request, socket)
      }),
    )
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  servers.push({
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  })
  return (server.address() as AddressInfo).port
}

function spoken(): Buffer {
  const writer = new WireWriter().int16(0)
  writer.array([50], key => writer.int16(key).int16(0).int16(3))
  return writer.int32(0).toBuffer()
}

function answer(socket: Socket, correlationId: number, body: Buffer): void {
  socket.write(
    new WireWriter()
      .int32(body.length + 4)
      .int32(correlationId)
      .raw(body)
      .toBuffer(),
  )
}

function open(port: number, dialTimeoutMs = 1_000): Promise<BrokerConnection> {
  return openConnection(parts, { host: '127.0.0.1', port, clientId: 'me', dialTimeoutMs })
}

function call(changes: Partial<ApiCall<number>> = {}): ApiCall<number> {
  const body = new WireWriter().int32(7).toBuffer()
  const fields = { apiKey: 50, apiVersion: 1, apiName: 'Echo', timeoutMs: 1_000 }
  return { ...fields, body, decode: reader => reader.int32(), ...changes }
}

function echo(request: Request, socket: Socket): void {
  answer(socket, request.correlationId, request.body)
}

describe('a connection to a broker', () => {
  it('sends calls without waiting and gives each its own answer', async () => {
    const waiting: (() => void)[] = []
    const connection = await open(
      await startBroker((request, socket) => {
        waiting.push(() => echo(request, socket))
        if (waiting.length === 3) for (const release of waiting) release()
      }),
    )

    const bodies = [1, 2, 3].map(number => new WireWriter().int32(number).toBuffer())
    const answers = await Promise.all(bodies.map(body => connection.request(call({ body }))))

    expect(answers).toEqual([1, 2, 3])
  })

  it('writes a body in pieces as one, and names the client', async () => {
    let seen: Request | undefined
    const connection = await open(
      await startBroker((request, socket) => {
        seen = request
        echo(request, socket)
      }),
    )

    await connection.request(call({ body: [Buffer.from('ab'), Buffer.alloc(0), Buffer.from('cdef')] }))

    expect(seen).toMatchObject({ clientId: 'me', body: Buffer.from('abcdef') })
  })

  it('stays open when Kafka refuses one call', async () => {
    const connection = await open(await startBroker(echo))

    const refused = connection.request(call({ decode: reader => (failOn(reader.int32()), 0) }))
    const next = connection.request(call())

    await expect(refused).rejects.toBeInstanceOf(KafkaError)
    expect(await next).toBe(7)
    expect(connection.isOpen).toBe(true)
  })

  it('closes when a call outlives its limit, and fails every open call', async () => {
    const connection = await open(await startBroker(() => undefined))

    const slow = connection.request(call({ timeoutMs: 5_000 }))
    const quick = connection.request(call({ timeoutMs: 40, apiName: 'Quick' }))

    await expect(quick).rejects.toThrow(/did not answer Quick in 40 ms/)
    await expect(slow).rejects.toBeInstanceOf(ConnectionLost)
    expect(connection.isOpen).toBe(false)
    await expect(connection.request(call())).rejects.toBeInstanceOf(ConnectionLost)
  })

  it('keeps to the limit of a later call after an earlier one was answered', async () => {
    let count = 0
    const connection = await open(
      await startBroker((request, socket) => {
        if (count++ === 0) echo(request, socket)
      }),
    )

    await connection.request(call({ timeoutMs: 300 }))
    await new Promise(resolve => setTimeout(resolve, 150))
    const startedMs = systemClock.monotonic()
    await expect(connection.request(call({ timeoutMs: 400 }))).rejects.toThrow(/400 ms/)

    expect(systemClock.monotonic() - startedMs).toBeGreaterThanOrEqual(399)
  })

  const garbage: readonly (readonly [name: string, spoil: (request: Request, socket: Socket) => void])[] = [
    [
      'an answer to another call',
      (request, socket) => answer(socket, request.correlationId + 1, request.body),
    ],
    [
      'an answer that ends too early',
      (request, socket) => answer(socket, request.correlationId, Buffer.alloc(2)),
    ],
    [
      'a frame without a correlation id',
      (_request, socket) => void socket.write(Buffer.from([0, 0, 0, 1, 9])),
    ],
    ['a negative length', (_request, socket) => void socket.write(Buffer.from('ffffffff', 'hex'))],
    [
      'a length over the bound',
      (_request, socket) => socket.write(new WireWriter().int32(answerBytesMax + 1).toBuffer()),
    ],
    ['an end in the middle of a frame', (_request, socket) => void socket.end(Buffer.from([0, 0, 0, 9, 1]))],
    ['a reset', (_request, socket) => void socket.resetAndDestroy()],
  ]
  it.each(garbage)('closes on %s and fails every open call', async (_name, spoil) => {
    let isSpoilt = false
    const onRequest = (request: Request, socket: Socket): void => {
      if (!isSpoilt) spoil(request, socket)
      isSpoilt = true
    }
    const connection = await open(await startBroker(onRequest))

    const results = await Promise.allSettled([connection.request(call()), connection.request(call())])

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((results[1] as PromiseRejectedResult).reason).toBeInstanceOf(ConnectionLost)
    expect(connection.isOpen).toBe(false)
  })

  it('takes so many open calls and no more', async () => {
    const connection = await open(await startBroker(() => undefined))
    const calls = Array.from({ length: inflightMax }, () => connection.request(call()))

    await expect(connection.request(call())).rejects.toThrow(`${inflightMax} calls`)
    await connection.close()

    expect((await Promise.allSettled(calls)).every(({ status }) => status === 'rejected')).toBe(true)
  })

  it.each([
    [{ apiVersion: 4 }, /speaks Echo versions 0 to 3; Iris needs version 4/],
    [{ apiKey: 51, apiName: 'New' }, /does not know New/],
  ])('says which version the broker lacks: %o', async (changes, sentence) => {
    const connection = await open(await startBroker(echo))

    const refused = connection.request(call(changes))

    await expect(refused).rejects.toThrow(sentence)
    await expect(refused).rejects.toBeInstanceOf(UnsupportedBroker)
    expect(await connection.request(call())).toBe(7)
  })
})

describe('dialling a broker', () => {
  it('names the broker that refuses', async () => {
    const port = await startBroker(echo)
    servers.splice(0).forEach(server => server.close())

    await expect(open(port)).rejects.toThrow(`Kafka broker 127.0.0.1:${port} cannot be reached`)
  })

  it('gives up on one that accepts and says nothing', async () => {
    const port = await startBroker(() => undefined, false)

    await expect(open(port, 300)).rejects.toThrow(/did not answer ApiVersions in 300 ms/)
  })

  it('says so when what answers is no Kafka', async () => {
    const port = await startBroker(
      (request, socket) => answer(socket, request.correlationId, Buffer.from([0, 35])),
      false,
    )

    await expect(open(port)).rejects.toBeInstanceOf(UnsupportedBroker)
  })
})
