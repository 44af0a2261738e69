import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '@iris/local-stack/ports'
import { createFrameSplitter, frameOf, produceKey } from './kafka-frames.js'
import { startProxy, type Proxy, type ProxyOptions } from './proxy.js'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A server that answers each frame with the same frame. */
async function echoServer(): Promise<{ port: number; server: Server }> {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    const take = createFrameSplitter(frame => void socket.write(frame))
    socket.on('data', take)
  })
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return { port, server }
}

async function proxyTo(upstreamPort: number, protocol: ProxyOptions['protocol'] = 'kafka'): Promise<Proxy> {
  const proxy = await startProxy({ port: await freePort(), upstreamPort, protocol })
  closers.push(() => proxy.close())
  return proxy
}

async function client(port: number): Promise<{ socket: Socket; frames: Buffer[]; ended: Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  const frames: Buffer[] = []
  socket.on(
    'data',
    createFrameSplitter(frame => frames.push(Buffer.from(frame))),
  )
  const ended = new Promise<string>(resolve => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    socket.once('close', () => resolve('closed'))
  })
  await once(socket, 'connect')
  closers.push(() => socket.destroy())
  return { socket, frames, ended }
}

const request = (apiKey: number, number: number): Buffer => {
  const body = Buffer.alloc(8)
  body.writeInt16BE(apiKey)
  body.writeInt32BE(number, 4)
  return frameOf(body)
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 300 && !holds(); tries++) await wait(10)
  expect(holds()).toBe(true)
}

describe('the frame splitter', () => {
  it('gives whole frames whatever the cuts of the stream', () => {
    const stream = Buffer.concat([request(0, 1), request(3, 2), request(0, 3)])

    for (let size = 1; size <= stream.length; size++) {
      const frames: Buffer[] = []
      const take = createFrameSplitter(frame => frames.push(frame))
      for (let at = 0; at < stream.length; at += size) take(stream.subarray(at, at + size))

      expect(Buffer.concat(frames)).toEqual(stream)
      expect(frames).toHaveLength(3)
    }
  })

  it('refuses a length that no frame has', () => {
    const take = createFrameSplitter(() => undefined)

    expect(() => take(Buffer.from('GET / HTTP/1.1'))).toThrow(RangeError)
  })
})

describe('the proxy', () => {
  it('passes everything on unchanged while it has no fault', async () => {
    const { port } = await echoServer()
    const proxy = await proxyTo(port)
    const { socket, frames } = await client(proxy.port)

    for (let number = 0; number < 50; number++) socket.write(request(number % 2, number))
    await until(() => frames.length === 50)

    expect(frames.map(frame => frame.readInt32BE(8))).toEqual(
      Array.from({ length: 50 }, (_, number) => number),
    )
  })

  it('loses one produce answer in n and resets the connection, and counts only produce answers', async () => {
    const { port } = await echoServer()
    const proxy = await proxyTo(port)
    proxy.setFault({ kind: 'loseAnswers', oneIn: 3 })
    const { socket, frames, ended } = await client(proxy.port)

    for (const apiKey of [3, produceKey, 3, produceKey, 3]) socket.write(request(apiKey, apiKey))
    await until(() => frames.length === 5)
    socket.write(request(produceKey, 9))

    expect(await ended).toBe('ECONNRESET')
    expect(frames).toHaveLength(5)
    expect(proxy.counts()).toMatchObject({ produceAnswers: 3, answersLost: 1 })
  })

  it('cuts an answer in the middle of its frame', async () => {
    const { port } = await echoServer()
    const proxy = await proxyTo(port)
    proxy.setFault({ kind: 'cutAnswers', oneIn: 1 })
    const { socket, frames, ended } = await client(proxy.port)

    socket.write(request(produceKey, 1))

    expect(await ended).toBe('closed')
    expect(frames).toHaveLength(0)
    expect(proxy.counts().answersCut).toBe(1)
  })

  it('puts noise in the place of answers, framed and unframed in turns', async () => {
    const { port } = await echoServer()
    const proxy = await proxyTo(port)
    proxy.setFault({ kind: 'garbleAnswers', oneIn: 1 })
    const { socket } = await client(proxy.port)
    const chunks: Buffer[] = []
    socket.removeAllListeners('data').on('data', (chunk: Buffer) => chunks.push(chunk))
    const one = request(produceKey, 1)

    socket.write(Buffer.concat([one, one, request(3, 2)]))
    await until(() => Buffer.concat(chunks).length === one.length * 3)

    const [framed, unframed, untouched] = [0, 1, 2].map(index =>
      Buffer.concat(chunks).subarray(index * one.length, (index + 1) * one.length),
    ) as [Buffer, Buffer, Buffer]
    expect(framed.readInt32BE()).toBe(one.length - 4)
    expect(framed.subarray(4)).not.toEqual(one.subarray(4))
    expect(unframed.readInt32BE()).toBe(-1)
    expect(untouched).toEqual(request(3, 2))
    expect(proxy.counts()).toMatchObject({ produceAnswers: 2, answersGarbled: 2 })
  })

  it('delays answers and keeps their order when the delay ends', async () => {
    const { port } = await echoServer()
    const proxy = await proxyTo(port)
    const { socket, frames } = await client(proxy.port)
    proxy.setFault({ kind: 'delayAnswers', delayMs: 150 })

    socket.write(request(produceKey, 1))
    await wait(50)
    expect(frames).toHaveLength(0)
    proxy.setFault({ kind: 'none' })
    socket.write(request(produceKey, 2))
    await until(() => frames.length === 2)

    expect(frames.map(frame => frame.readInt32BE(8))).toEqual([1, 2])
  })

  it('goes silent without a close, for ever on that connection, and serves new ones after healing', async () => {
    const { port } = await echoServer()
    const proxy = await proxyTo(port)
    const old = await client(proxy.port)
    proxy.setFault({ kind: 'halfOpen' })

    old.socket.write(request(produceKey, 1))
    await wait(80)
    proxy.setFault({ kind: 'none' })
    old.socket.write(request(produceKey, 2))
    const fresh = await client(proxy.port)
    fresh.socket.write(request(produceKey, 3))
    await until(() => fresh.frames.length === 1)

    expect(old.frames).toHaveLength(0)
    expect(old.socket.destroyed).toBe(false)
  })

  it('survives a client that does not speak Kafka', async () => {
    const { port } = await echoServer()
    const proxy = await proxyTo(port)
    const stranger = await client(proxy.port)

    stranger.socket.write('GET / HTTP/1.1\r\n\r\n')

    expect(await stranger.ended).toBe('ECONNRESET')
    const fresh = await client(proxy.port)
    fresh.socket.write(request(1, 1))
    await until(() => fresh.frames.length === 1)
  })

  it('passes bytes of any protocol on in plain mode', async () => {
    const server = createServer(socket => void socket.pipe(socket))
    const port = await freePort()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => server.close())
    const proxy = await proxyTo(port, 'bytes')
    const socket = connect(proxy.port, '127.0.0.1')
    closers.push(() => socket.destroy())

    socket.write('GET / HTTP/1.1\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]

    expect(answer.toString()).toBe('GET / HTTP/1.1\r\n\r\n')
  })
})
