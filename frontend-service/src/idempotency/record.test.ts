import { describe, expect, it } from 'vitest'
import type { RecordToWrite } from '@iris/common/kafka/record-batch'
import { fenceRecord, freeRecord, readShardRecord, stateRecord, type KeyState } from './record.js'

const read = ({ key, value }: RecordToWrite): ReturnType<typeof readShardRecord> =>
  readShardRecord(key, Buffer.concat(value))
const intent = { kafkaTopic: 't', partition: 2, producerId: 4_000_000_000, producerEpoch: 1, sequence: 9 }
const state: KeyState = { fingerprint: 'f', messageId: 'm', timestampMs: 5, untilMs: 9, intent }

describe('a record of a shard', () => {
  it.each([state, { ...state, intent: null }])('gives back the state %j', each => {
    expect(read(stateRecord('d', each, 7))).toEqual({ kind: 'state', digest: 'd', state: each })
  })

  it('frees a key, by an empty value as by a removed one', () => {
    expect(read(freeRecord('d', 7))).toEqual({ kind: 'free', digest: 'd' })
    expect(readShardRecord(Buffer.from('d'), null)).toEqual({ kind: 'free', digest: 'd' })
  })

  it('is a fence under a key that no digest can have', () => {
    expect(read(fenceRecord('me', 3, 7))).toEqual({ kind: 'fence' })
  })

  it.each([
    ['d', '{'],
    ['d', 'null'],
    ['d', '{"v":2}'],
    ['', '{}'],
  ])('with the key %j and the value %j cannot be read, and never passes for a free key', (key, value) => {
    expect(readShardRecord(Buffer.from(key), Buffer.from(value)).kind).toBe('unreadable')
  })
})
