import { describe, expect, it } from 'vitest'
import type { PublishersPage, ToldPublisher } from '@iris/common/metrics/publishers'
import { publishersMax, sumOfPublishers } from './publisher-sums.js'

const told = (name: string | null, more: Partial<ToldPublisher> = {}): ToldPublisher => ({
  ...{ name, proven: name !== null, network: name === null ? '10.1.2.0/24' : null, client: 'curl' },
  ...{ accepted: 1, refused: 0, firstMs: 1_000, lastMs: 2_000, ...more },
})
const page = (publishers: readonly ToldPublisher[], more: Partial<PublishersPage> = {}): PublishersPage => ({
  ...{ sinceMs: 500, publishers: [...publishers], others: null, ...more },
})
const at = (ms: number): string => new Date(ms).toISOString()

describe('publishers over all frontends', () => {
  it('are one row each, with all that was counted', () => {
    const sums = sumOfPublishers([
      page([told('shop', { accepted: 5, refused: 1 })]),
      page([told('shop', { accepted: 2, firstMs: 900, lastMs: 3_000 })], { sinceMs: 800 }),
    ])

    expect(sums).toEqual({
      since: at(800),
      publishers: [
        {
          ...{ name: 'shop', proven: true, network: null, client: 'curl', accepted: 7, refused: 1 },
          ...{ firstAt: at(900), lastAt: at(3_000), frontends: 2 },
        },
      ],
      others: null,
    })
  })

  it('differ by name, by network and by client, the last one first', () => {
    const { publishers } = sumOfPublishers([
      page([
        told('shop', { lastMs: 5 }),
        told(null, { lastMs: 4 }),
        told('shop', { client: null, lastMs: 9 }),
      ]),
      page([told('bank', { lastMs: 7 }), told(null, { network: '10.1.3.0/24', lastMs: 6 })]),
    ])

    expect(publishers.map(({ name, network, client }) => [name ?? network, client])).toEqual([
      ['shop', null],
      ['bank', 'curl'],
      ['10.1.3.0/24', 'curl'],
      ['shop', 'curl'],
      ['10.1.2.0/24', 'curl'],
    ])
  })

  it('are not one with who only says to be them', () => {
    const { publishers } = sumOfPublishers([page([told('shop')]), page([told('shop', { proven: false })])])

    expect(publishers.map(({ proven, accepted }) => [proven, accepted])).toEqual([
      [true, 1],
      [false, 1],
    ])
  })

  it('beyond the bound are counted among the others, with those of the frontends', () => {
    const crowd = Array.from({ length: publishersMax + 2 }, (_, n) => told(`p${n}`, { lastMs: 10_000 + n }))
    const { publishers, others } = sumOfPublishers([
      page(crowd, { others: { accepted: 10, refused: 3, lastMs: 50_000 } }),
    ])

    expect([publishers.length, publishers.at(-1)?.name]).toEqual([publishersMax, 'p2'])
    expect(others).toEqual({ accepted: 12, refused: 3, lastAt: at(50_000) })
    expect(sumOfPublishers([page(crowd.slice(2))]).others).toBeNull()
  })

  it('are nobody where nobody has told', () => {
    expect(sumOfPublishers([])).toEqual({ since: null, publishers: [], others: null })
    expect(sumOfPublishers([page([])])).toEqual({ since: at(500), publishers: [], others: null })
  })
})
