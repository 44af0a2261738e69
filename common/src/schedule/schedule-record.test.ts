import { describe, expect, it } from 'vitest'
import {
  placeOfScheduleId,
  readScheduleRecord,
  scheduleId,
  writeMarks,
  writeScheduleHeaders,
  type RecordLike,
} from './schedule-record.js'

const facts = { topic: 'g.t', topicCreatedMs: 5, dueMs: 1_700_000_000_000, isTraced: true }

function record(
  headers: readonly (readonly [string, Buffer])[],
  value: Buffer | null = Buffer.from('v'),
): RecordLike {
  return { offset: 10, value, header: name => headers.findLast(([each]) => each === name)?.[1] ?? null }
}

describe('a record of the schedule topic', () => {
  it('says where its message goes and when', () => {
    expect(readScheduleRecord(record(writeScheduleHeaders(facts)))).toEqual({ message: facts, mark: null })
  })

  it('marks offsets below itself, in any order of telling', () => {
    const [mark] = writeMarks({ kind: 'taken', offsets: [7, 3, 4, 12] })

    expect(readScheduleRecord(record(mark!.headers, mark!.value))).toEqual({
      message: null,
      mark: {
        kind: 'taken',
        reason: '',
        ranges: [
          { first: 3, last: 4 },
          { first: 7, last: 7 },
        ],
      },
    })
  })

  it('tells a reason with a mark, cut where it is long', () => {
    const [mark] = writeMarks({ kind: 'refused', offsets: [7], reason: 'ü'.repeat(501) })

    const read = readScheduleRecord(record(mark!.headers, mark!.value))
    expect(read?.mark).toMatchObject({ kind: 'refused', reason: 'ü'.repeat(500) })
  })

  it.each([
    ['no headers of ours', [], Buffer.from('v')],
    ['a mark that nobody knows', [['Schedule-Mark', Buffer.from('sold')] as const], Buffer.from('v')],
    ['no value', writeScheduleHeaders(facts), null],
    ['no time', [['Schedule-Topic', Buffer.from('g.t')] as const], Buffer.from('v')],
    [
      'a time that is none',
      [...writeScheduleHeaders(facts), ['Schedule-Due', Buffer.from('soon')] as const],
      Buffer.from('v'),
    ],
  ])('with %s is none of ours', (_what, headers, value) => {
    expect(readScheduleRecord(record(headers, value))).toBeNull()
  })

  it('with a broken list of offsets marks nothing', () => {
    const [{ headers }] = writeMarks({ kind: 'delivered', offsets: [1] }) as [
      ReturnType<typeof writeMarks>[number],
    ]

    expect(readScheduleRecord(record(headers, Buffer.from('{')))).toEqual({
      message: null,
      mark: { kind: 'delivered', reason: '', ranges: [] },
    })
  })
})

describe('the id of a scheduled message', () => {
  it('is its place', () => {
    expect(placeOfScheduleId(scheduleId(11, 42))).toEqual({ partition: 11, offset: 42 })
  })

  it.each(['', '1', '-1', '1-', 'a-1', '1-1-1', '1-1 ', '9999999-1'])('is not %j', text => {
    expect(placeOfScheduleId(text)).toBeNull()
  })
})
