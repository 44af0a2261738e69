import { describe, expect, it } from 'vitest'
import { settingsOf, type Topic } from './topic-words.js'

const plain = {
  ...{ name: 'shop.orders', description: '', contentType: 'JSON', maxMessageSize: 51_200 },
  owner: { source: 'Plaintext', id: 'Shop team' },
  retentionTime: { duration: 1, retentionUnit: 'DAYS' },
  auth: { publishers: [], enabled: false, unauthenticatedAccessEnabled: true },
  chaos: { mode: 'DISABLED' },
} as unknown as Topic

const wordsOf = (more: Partial<Topic>): Record<string, string> =>
  Object.fromEntries(settingsOf({ ...plain, ...more }).map(({ about, words }) => [about, words]))

describe('the settings of a topic in words', () => {
  it('tell what everybody wants to know, and leave out what is as everywhere', () => {
    expect(wordsOf({})).toEqual({
      Owner: 'Shop team',
      Content: 'JSON',
      'Messages are kept': 'for 1 day',
      'Publishers are answered': 'once Kafka has the message on all replicas in sync',
      'Largest message': '50 KiB',
      'Who may publish': 'anybody',
    })
  })

  it('begin with what stops publishing', () => {
    const [first] = settingsOf({ ...plain, publishing: { blocked: true, reason: 'moved' } })

    expect(first).toEqual({ about: 'Publishing', words: 'stopped by an operator: moved' })
    expect(wordsOf({ publishing: { blocked: false, reason: 'moved' } })).not.toHaveProperty('Publishing')
  })

  it.each([
    [{ compaction: 'KEY' as const }, 'Messages are kept', 'the newest of each key, for ever'],
    [{ retentionTime: { duration: 3, retentionUnit: 'HOURS' as const } }, 'Messages are kept', 'for 3 hours'],
    [{ kind: 'COMMAND' as const }, 'Kind', 'orders to one receiver: one subscription at most'],
    [{ auth: { publishers: ['a', 'b'], enabled: true } }, 'Who may publish', 'a, b'],
    [{ auth: { publishers: [], enabled: true } }, 'Who may publish', 'nobody: no publisher is named'],
    [{ quotas: { messagesPerSecond: 50 } }, 'Limit of messages', '50/s'],
    [{ quotas: { publisherBytesPerSecond: 0 } }, 'Limit of bytes of each publisher', 'none'],
  ])('say %o', (more, about, words) => {
    expect(wordsOf(more)[about]).toBe(words)
  })
})
