import { expect, it } from 'vitest'
import { changedMeanwhile } from './conflict.js'

const began = { description: 'a', ack: 'LEADER', retentionTime: { duration: 1, unit: 'DAYS' }, modifiedAt: 1 }

it('tells each member that another person changed, and whether the form would write over it', () => {
  const now = { ...began, description: 'b', retentionTime: { duration: 3, unit: 'DAYS' }, modifiedAt: 2 }
  const mine = { ...began, ack: 'ALL', retentionTime: { duration: 2, unit: 'DAYS' } }

  expect(changedMeanwhile(began, now, mine, [])).toEqual([
    { member: 'description', began: 'a', now: 'b', mine: null },
    { member: 'retentionTime.duration', began: 1, now: 3, mine: { value: 2 } },
  ])
})

it('tells what came and what went', () => {
  const { description, retentionTime } = began
  const now = { description, retentionTime, labels: ['x'] }

  expect(changedMeanwhile(began, now, began, [])).toEqual([
    { member: 'ack', began: 'LEADER', now: undefined, mine: null },
    { member: 'labels', began: undefined, now: ['x'], mine: null },
  ])
})

it('tells nothing where only the time of the change is another one', () => {
  expect(changedMeanwhile(began, { ...began, modifiedAt: 2 }, { ...began, ack: 'ALL' }, [])).toEqual([])
})

it.each([
  ['what holds the secret', {}, 'oAuthPolicy', { username: 'me', password: '****' }],
  ['the secret alone', { oAuthPolicy: { username: 'me' } }, 'oAuthPolicy.password', '****'],
])('shows no secret that is being written where somebody took away %s', (_what, now, member, value) => {
  const stored = { oAuthPolicy: { username: 'me', password: '****' } }
  const mine = { oAuthPolicy: { username: 'me', password: 'typed' } }
  const changes = changedMeanwhile(stored, now, mine, ['/oAuthPolicy/password', '/other/secret'])

  expect(changes).toMatchObject([{ member, mine: { value } }])
  expect(JSON.stringify(changes)).not.toContain('typed')
  // Who typed none would not write it anew.
  expect(changedMeanwhile(stored, now, stored, [])).toMatchObject([{ member, mine: null }])
})
