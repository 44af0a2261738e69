import { createRequire } from 'node:module'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../time/clock.js'
import { existsCall, readCall, removeCall } from './calls.js'
import { libraryConnections, type ZooConnection } from './connection.js'
import { jute, library } from './library.js'
import { startScriptedServer, type Script, type ScriptedServer } from './testing/scripted-server.js'
import { until } from './testing/open-session.js'

describe('the library’s inside', () => {
  it('is the one that was read', () => {
    const { version } = createRequire(import.meta.url)('node-zookeeper-client/package.json') as {
      version: string
    }
    const { connectionManager } = library.createClient('127.0.0.1:1', {
      sessionTimeout: 4_000,
      spinDelay: 0,
      retries: 0,
    })

    expect(version).toBe('1.1.3')
    expect(connectionManager).toMatchObject({
      watcherManager: { dataWatchers: {}, childWatchers: {}, existenceWatchers: {} },
      pendingQueue: [],
      zxid: Buffer.alloc(8),
    })
    for (const name of [
      'connect',
      'onSocketData',
      'queue',
      'on',
      'getSessionId',
      'getSessionPassword',
    ] as const)
      expect(connectionManager).toHaveProperty(name)
    expect(jute.OP_CODES['SET_WATCHES']).toBe(101)
    expect(new jute.protocol.SetWatches(Buffer.alloc(8), ['/a'], [], [])).toMatchObject({
      dataWatches: ['/a'],
    })
  })
})

describe('a connection', () => {
  let server: ScriptedServer
  let connection: ZooConnection
  const events: string[] = []

  const open = async (script: Script): Promise<void> => {
    server = await startScriptedServer(script)
    events.length = 0
    connection = libraryConnections(systemClock)(
      { server: server.address, sessionTimeoutMs: 4_000, credentials: null, zxid: null },
      {
        opened: (credentials, timeoutMs) =>
          events.push(`opened ${credentials.id.readInt32BE(4)} ${timeoutMs}`),
        closed: (reason, error) => events.push(`closed ${reason}: ${error.message}`),
        heard: () => events.push('heard'),
        notified: () => events.push('notified'),
      },
    )
    await until('an event', () => events.length > 0)
  }
  afterEach(async () => {
    connection.destroy(new Error('end of test'))
    await server.close()
  })

  it('gives a code that the library does not know as an error, and lives on', async () => {
    await open({ sessionTimeoutMs: 4_000, answer: (kind, reply) => reply(kind === 2 ? -127 : -101) })

    await expect(connection.send(removeCall('/a', -1))).rejects.toMatchObject({
      name: 'ZooError',
      code: -127,
    })
    expect(await connection.send(readCall('/a'))).toBeNull()
    expect(await connection.send(existsCall('/a'))).toBeNull()

    expect(events).toEqual(['opened 7 4000', 'heard', 'heard', 'heard'])
  })

  it.each([
    ['is no frame', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    [
      'answers nothing that was asked',
      Buffer.from([0, 0, 0, 16, ...Array<number>(3).fill(0), 99, ...Array<number>(12).fill(0)]),
    ],
  ])('ends, and fails what is unanswered, when the server sends what %s', async (_, bytes) => {
    await open({ sessionTimeoutMs: 4_000, answer: (_kind, _reply, socket) => void socket.write(bytes) })

    await expect(connection.send(readCall('/a'))).rejects.toMatchObject({ name: 'ConnectionLostError' })

    await until('the end', () => events.length === 2)
    expect(events[1]).toMatch(/^closed lost/)
    await expect(connection.send(readCall('/a'))).rejects.toMatchObject({ name: 'ConnectionLostError' })
  })

  it('ends when the server closes, once, and does not come again by itself', async () => {
    await open({ sessionTimeoutMs: 4_000, answer: (_kind, _reply, socket) => void socket.destroy() })

    await expect(connection.send(readCall('/a'))).rejects.toMatchObject({ name: 'ConnectionLostError' })
    await new Promise(resolve => setTimeout(resolve, 300))

    expect(events).toEqual(['opened 7 4000', 'closed lost: The ZooKeeper server closed the connection'])
    expect(server.kinds).toEqual([4])
  })

  it('is over for whoever asks again after the server said that the session is', async () => {
    await open({ sessionTimeoutMs: 4_000, answer: (_kind, reply) => reply(-112) })

    await expect(connection.send(readCall('/a'))).rejects.toMatchObject({ name: 'ConnectionLostError' })

    expect(events[1]).toMatch(/^closed lost/)
  })

  it('tells when the server does not know the session', async () => {
    await open({ sessionTimeoutMs: 0, answer: () => undefined })

    expect(events).toEqual(['closed expired: The ZooKeeper server says that the session is over'])
  })
})
