import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSession } from './session.js'

/** A message of Postgres' protocol: its letter, its length, its bytes. */
function reply(letter: string, bytes: Buffer): Buffer {
  const head = Buffer.alloc(5, letter)
  head.writeInt32BE(4 + bytes.length, 1)
  return Buffer.concat([head, bytes])
}
const welcome = reply('R', Buffer.alloc(4))
const ready = reply('Z', Buffer.from('I'))
const done = reply('C', Buffer.from('SET\0'))
const refusal = reply('E', Buffer.from('SERROR\0C25006\0Mcannot execute LISTEN during recovery\0\0'))

describe('a session', () => {
  const sockets: Socket[] = []
  /** What stands by for a Postgres that is a replica: it takes settings, and no listeners. */
  const server = createServer(socket => {
    sockets.push(socket)
    socket.once('data', () => {
      socket.write(Buffer.concat([welcome, ready]))
      socket.on('data', (bytes: Buffer) => {
        if (bytes[0] === 'X'.charCodeAt(0)) socket.end()
        else socket.write(Buffer.concat([bytes.includes('listen') ? refusal : done, ready]))
      })
    })
  })
  beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  it('leaves no connection behind when the database takes no listener', async () => {
    const { port } = server.address() as AddressInfo
    const database = `postgres://u@127.0.0.1:${port}/d`
    const opening = openSession({ database, table: 'outbox', timeoutMs: 20_000 })

    await expect(opening).rejects.toThrow('during recovery')
    expect(sockets).toHaveLength(1)
    await expect.poll(() => sockets[0]?.closed).toBe(true)
  })
})
