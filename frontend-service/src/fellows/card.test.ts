import { describe, expect, it } from 'vitest'
import { cardData, fellowId, readCard } from './card.js'

const fellow = { id: 'a_8080', host: '10.0.0.1', port: 8080, pid: 7, startedMs: 5, token: 't' }

describe('the card of a frontend', () => {
  it('is read as it was written, and with members of a later version', () => {
    expect(readCard('a_8080', cardData(fellow))).toEqual(fellow)
    const later = Buffer.from(JSON.stringify({ ...fellow, zone: 'b' }))
    expect(readCard('a_8080', later)).toEqual(fellow)
  })

  it('of an earlier version has no token', () => {
    const earlier = Buffer.from('{"host":"10.0.0.1","port":8080,"pid":7,"startedMs":5}')

    expect(readCard('a_8080', earlier)).toEqual({ ...fellow, token: '' })
  })

  it.each(['', 'null', '{', '{}', '{"host":"","port":1}', '{"host":"a"}', '{"host":"a","port":"x"}'])(
    'with the content %j is nobody',
    content => expect(readCard('a', Buffer.from(content))).toBeNull(),
  )

  it('has an id that stays after a restart at the same place', () => {
    expect(fellowId('', 'machine', 8080)).toBe('machine_8080')
    expect(fellowId('pod-0', 'machine', 8080)).toBe('pod-0')
  })
})
