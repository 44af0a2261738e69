import { describe, expect, it } from 'vitest'
import { createDocumentSource, type DocumentMessage, type DocumentStore } from './document-source.js'

/** Documents in memory. */
function made(documents: Record<string, DocumentMessage[]>) {
  const store: DocumentStore = {
    findWithOutbox: async (documentsMax, without) =>
      Object.entries(documents)
        .filter(([id, messages]) => messages.length > 0 && !without.includes(id))
        .slice(0, documentsMax)
        .map(([documentId, messages]) => ({ documentId, messages })),
    removeMessage: async (documentId, messageId) => {
      documents[documentId] = documents[documentId]!.filter(each => each.messageId !== messageId)
    },
    failMessage: async (documentId, messageId, failure) => {
      documents[documentId] = documents[documentId]!.map(each =>
        each.messageId === messageId ? { ...each, failure } : each,
      )
    },
  }
  const source = createDocumentSource(store)
  const read = (known: readonly string[] = [], rowsMax = 100) =>
    source.read({ rowsMax, bytesMax: 1_000, known, blocked: [] })
  return { source, read, documents }
}
const message = (messageId: string, more: Partial<DocumentMessage> = {}): DocumentMessage => ({
  ...{ messageId, topic: 'a.b', body: { id: messageId } },
  ...more,
})

describe('a document', () => {
  it('gives its messages in the order of its list, in one lane, by its id as their key', async () => {
    const { read } = made({ o1: [message('m1'), message('m2', { key: 'k' })] })

    const rows = await read()
    expect(rows.map(row => row.lane)).toEqual(['o1', 'o1'])
    expect(rows.map(row => row.message)).toEqual([
      { id: 'm1', topic: 'a.b', key: 'o1', headers: {}, body: Buffer.from('{"id":"m1"}') },
      { id: 'm2', topic: 'a.b', key: 'k', headers: {}, body: Buffer.from('{"id":"m2"}') },
    ])
  })

  it('is not read again while one of its messages is under way, and others are', async () => {
    const { read } = made({ o1: [message('m1'), message('m2')], o2: [message('m3')] })
    const [first] = await read()

    expect((await read([first!.id])).map(row => row.message.id)).toEqual(['m3'])
  })

  it('loses a message that was sent, and no other', async () => {
    const { source, read, documents } = made({ o1: [message('m1'), message('m2')] })
    await source.sent((await read()).slice(0, 1))

    expect(documents['o1']?.map(each => each.messageId)).toEqual(['m2'])
  })

  it('keeps what is behind a message that failed', async () => {
    const { source, read, documents } = made({ o1: [message('m1'), message('m2'), message('m3')] })
    const [, second] = await read()
    await source.failed([{ row: second!, reason: '400' }])

    expect(documents['o1']?.map(each => each.failure)).toEqual([undefined, '400', undefined])
    expect((await read()).map(row => row.message.id)).toEqual(['m1'])
  })

  it.each([{ topic: 'a.b', body: 1 }, null, 'text', { messageId: 7 }])(
    'whose message has no id, %j, waits behind it',
    async nameless => {
      const { read } = made({ o1: [message('m1'), nameless as unknown as DocumentMessage, message('m2')] })

      expect((await read()).map(row => row.message.id)).toEqual(['m1'])
    },
  )

  it('gives no more rows than are wanted', async () => {
    const { read } = made({ o1: Array.from({ length: 30 }, (_, index) => message(`m${index}`)) })

    expect(await read([], 7)).toHaveLength(7)
    expect(await read()).toHaveLength(20)
  })
})
