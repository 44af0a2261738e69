/** E2, E3: bodies that are too large, too deep, or too many at once. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { openRaw, rawPublish } from '../support/raw-connection.js'
import { startPublishWorld, type PublishWorld } from '../support/publish-world.js'

const mebibyte = 1024 * 1024
let world: PublishWorld
let small: string
let large: string

beforeAll(async () => {
  // Nobody here is slow by intent.
  const settings = { 'frontend.handlers.bodyReadTimeout': '30s' }
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
  small = await world.createTopic({ maxMessageSize: 2_048 })
  large = await world.createTopic({ maxMessageSize: 2 * mebibyte })
})

afterAll(() => world.stop())

function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1]) * 1024
}

async function openRequests(): Promise<number> {
  const text = await (await fetch(`${world.frontend.url}/status/prometheus`)).text()
  return Number(/^hermes_frontend_inflight_requests (\d+)$/m.exec(text)?.[1])
}

describe('nesting', () => {
  const nested = (open: string, close: string, depth: number): string =>
    open.repeat(depth) + close.repeat(depth)

  it.each([
    [100, 201],
    [101, 400],
    [10_000, 400],
    [1_000_000, 400],
  ])('%d deep is %d', async (depth, status) => {
    const answer = await world.publish(large, nested('[', ']', depth))

    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.text).toContain('nested deeper than 100')
  })
})

describe('bodies over the limit', () => {
  it.each([2_049, 10_000_000, 1_000_000_000])(
    'declared as %d are refused before they are sent',
    async length => {
      const connection = openRaw(world.frontend.url, rawPublish(small, [`Content-Length: ${length}`]))

      const [answer] = await connection.untilAnswers(1)
      connection.close()

      expect(answer?.status).toBe(400)
      expect(answer?.body).toContain(`[length:${length}, max:2048]`)
    },
  )

  it('sent in chunks are refused as soon as they pass it', async () => {
    const connection = openRaw(world.frontend.url, rawPublish(small, ['Transfer-Encoding: chunked']))
    const chunk = `400\r\n${'x'.repeat(1_024)}\r\n`

    connection.write(chunk + chunk)
    connection.write(chunk)
    const [answer] = await connection.untilAnswers(1)

    expect(answer?.status).toBe(400)
    expect(answer?.headers['connection']).toBe('close')
    connection.write('0\r\n\r\n')
    await connection.untilClosed()
  })

  it('reach a client that reads only after it has written all', async () => {
    const body = `"${'x'.repeat(mebibyte)}"`

    const answer = await world.publish(small, body)

    expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
  })

  it('that never end are cut after a few mebibytes', async () => {
    const connection = openRaw(world.frontend.url, rawPublish(small, ['Content-Length: 1000000000']))
    const piece = Buffer.alloc(65_536, 0x78)
    const sending = setInterval(() => {
      if (connection.socket.writableLength < mebibyte) connection.socket.write(piece)
    }, 1)

    await connection.untilClosed()
    await eventually(() => expect(connection.socket.destroyed || connection.isClosed()).toBe(true))
    clearInterval(sending)

    expect(connection.socket.bytesWritten).toBeLessThan(32 * mebibyte)
    connection.close()
  })
})

describe('many bodies at once', () => {
  it('take no more memory than allowed; the rest is 503 at once and all of it is given back', async () => {
    await world.publish(large, '{}')
    const before = residentBytes(world.frontend.pid)
    const head = rawPublish(large, [`Content-Length: ${2 * mebibyte}`])
    const half = Buffer.alloc(mebibyte, 0x20)

    const connections = Array.from({ length: 60 }, () => {
      const connection = openRaw(world.frontend.url, head)
      connection.write(half)
      return connection
    })
    const refused = await eventually(() => {
      const answers = connections.flatMap(connection => connection.answers())
      expect(answers.length).toBeGreaterThanOrEqual(44)
      return answers
    }, 20_000)
    const during = residentBytes(world.frontend.pid)
    connections.forEach(connection => connection.close())

    for (const answer of refused) {
      expect(answer.status).toBe(503)
      expect(answer.headers['retry-after']).toBe('1')
      expect(answer.body).toContain('"code":"OVERLOADED"')
    }
    expect(during - before).toBeLessThan(96 * mebibyte)
    await eventually(async () => expect(await openRequests()).toBe(0))
    expect((await world.publish(large, JSON.stringify('x'.repeat(900_000)))).status).toBe(201)
  })
})
