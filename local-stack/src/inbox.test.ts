import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startInbox, type Inbox } from './inbox.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
})
afterAll(() => inbox.stop())
beforeEach(async () => {
  await fetch(`${inbox.url}/messages`, { method: 'DELETE' })
})

function post(path: string, headers: Record<string, string> = {}, body: string | Buffer = '{"a":1}') {
  return fetch(inbox.url + path, { method: 'POST', headers, body })
}

describe('the inbox', () => {
  it('takes a POST at any path and lists it with its headers and body', async () => {
    const answer = await post('/orders/new?x=1', { 'Hermes-Message-Id': 'id-1', 'Hermes-Retry-Count': '2' })
    const list = (await (await fetch(`${inbox.url}/messages?limit=1`)).json()) as { messages: unknown[] }

    expect(answer.status).toBe(200)
    expect(list.messages).toMatchObject([
      {
        path: '/orders/new?x=1',
        messageId: 'id-1',
        retryCount: 2,
        body: '{"a":1}',
        bodyBytes: 7,
        status: 200,
      },
    ])
  })

  it('answers what the path asks for and keeps the refused delivery', async () => {
    const answer = await post('/status/503')

    expect(answer.status).toBe(503)
    expect(inbox.deliveries(1)[0]?.status).toBe(503)
  })

  it('waits for a message that is still to come', async () => {
    const waiting = fetch(`${inbox.url}/messages/wait?messageId=late&timeoutMs=5000`)
    await post('/fail/1', { 'Hermes-Message-Id': 'late', 'Hermes-Retry-Count': '0' })
    await post('/fail/1', { 'Hermes-Message-Id': 'late', 'Hermes-Retry-Count': '1' })
    const answer = await waiting

    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ messageId: 'late', retryCount: 1 })
  })

  it('says 404 when the message does not come in time', async () => {
    const answer = await fetch(`${inbox.url}/messages/wait?messageId=never&timeoutMs=20`)

    expect(answer.status).toBe(404)
    expect(await inbox.waitFor('never', 1)).toBeNull()
  })

  it.each([
    [4_194_304, 200],
    [4_194_305, 413],
  ])('of %i bytes answers %i', async (bytes, status) => {
    const answer = await post('/big', {}, Buffer.alloc(bytes, 0x20))

    expect(answer.status).toBe(status)
  })

  it('shows a page that loads nothing from elsewhere', async () => {
    const answer = await fetch(inbox.url)
    const page = await answer.text()

    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).toContain('<title>Iris inbox</title>')
    expect(page).not.toMatch(/(src|href)="?https?:/)
    expect(page).not.toContain('innerHTML')
  })

  it('knows no other path', async () => {
    expect((await fetch(`${inbox.url}/other`)).status).toBe(404)
  })
})
