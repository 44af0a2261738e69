import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startChat, type Chat } from './chat.js'

describe('an instance of the chat', () => {
  let chat: Chat
  const published: string[] = []
  beforeAll(async () => {
    chat = await startChat({
      ...{ name: 'g1', topic: 'chat.messages', frontend: 'http://127.0.0.1:1', host: '127.0.0.1', port: 0 },
      api: {
        publish: ({ body }) => {
          published.push(String(body))
          return Promise.resolve({ status: 201, text: '', headers: new Headers() })
        },
      },
    })
  })
  afterAll(() => chat.stop())

  /** Sends the path as it is, which `fetch` would not. */
  const ask = async (method: string, path: string, body = '') => {
    const { hostname, port } = new URL(chat.url)
    const asked = request({ hostname, port, method, path, timeout: 10_000 })
    asked.end(body)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return { status: answer.statusCode, text: await text(answer) }
  }

  it.each<[string, string, string, string]>([
    ['an address that is none', 'GET', '//', ''],
    ['a sender with half a letter', 'POST', '/chat/send', '{"sender":"\\ud800","message":"x"}'],
    ['a message with half a letter', 'POST', '/chat/send', '{"sender":"g1","message":"x\\udc00"}'],
    ['no JSON', 'POST', '/chat/send', '{'],
    ['a wrong per cent sign', 'GET', '/chat/send/%', ''],
  ])('refuses %s and lives on', async (_what, method, path, body) => {
    const before = published.length
    expect((await ask(method, path, body)).status).toBe(400)

    expect(published).toHaveLength(before)
    expect((await ask('GET', '/chat/send/%F0%9F%98%80')).status).toBe(201)
    expect(published.at(-1)).toBe('{"sender":"g1","message":"😀"}')
  })
})
