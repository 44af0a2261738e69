/**
 * A server that speaks just enough of ZooKeeper's wire to misbehave on purpose.
 * Takes what to answer. Gives an address, and the requests it received.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createFrameSplitter } from '../frames.js'

export interface ScriptedServer {
  readonly address: string
  /** Kinds of the requests so far, as ZooKeeper numbers them; the first frame of a connection is not one. */
  readonly kinds: readonly number[]
  close(): Promise<void>
}

export interface Script {
  /** What is granted; 0 says that the session is over. */
  readonly sessionTimeoutMs: number
  /** Answers a request, or does something worse. `reply` sends an answer with this error code. */
  answer(kind: number, reply: (code: number) => void, socket: Socket): void
}

/** Starts it on a free port of loopback. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const kinds: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const splitter = createFrameSplitter()
    let isFirst = true
    socket.on('data', chunk => {
      for (const frame of splitter.push(chunk)) {
        if (isFirst) {
          isFirst = false
          socket.write(connectAnswer(script.sessionTimeoutMs))
          continue
        }
        const kind = frame.readInt32BE(8)
        kinds.push(kind)
        script.answer(kind, code => void socket.write(errorAnswer(frame.readInt32BE(4), code)), socket)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    kinds,
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

function connectAnswer(sessionTimeoutMs: number): Buffer {
  const body = Buffer.alloc(36)
  body.writeInt32BE(sessionTimeoutMs, 4)
  body.writeInt32BE(7, 12)
  body.writeInt32BE(16, 16)
  return framed(body)
}

function errorAnswer(xid: number, code: number): Buffer {
  const body = Buffer.alloc(16)
  body.writeInt32BE(xid, 0)
  body.writeInt32BE(code, 12)
  return framed(body)
}

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}
