import { describe, expect, it } from 'vitest'
import { createAnswerReader } from './http-answers.js'
import { figure, percent, table } from './markdown.js'
import { cpuSecondsOf, residentBytesOf } from './process-cpu.js'
import { median, percentile } from './statistics.js'

const answers = [
  { text: 'HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n', status: 201 },
  { text: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello', status: 200 },
  {
    text: 'HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    status: 503,
  },
  { text: 'HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n', status: 204 },
]

describe('the reader of answers', () => {
  it('gives the status of each answer, whatever the cuts of the stream', () => {
    const stream = Buffer.from(answers.map(each => each.text).join(''))

    for (let size = 1; size <= stream.length; size++) {
      const statuses: number[] = []
      const take = createAnswerReader(status => statuses.push(status))
      for (let at = 0; at < stream.length; at += size) take(stream.subarray(at, at + size))

      expect(statuses).toEqual(answers.map(each => each.status))
    }
  })

  it('gives nothing for an answer that is not complete', () => {
    const take = createAnswerReader(() => expect.unreachable())

    take(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell'))
  })
})

describe('the statistics', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2],
    [[7], 7],
  ])('take the middle of %j', (values, middle) => {
    expect(median(values)).toBe(middle)
  })

  it('take percentiles of sorted values', () => {
    const values = Float64Array.from({ length: 100 }, (_, index) => index + 1)

    expect(percentile(values, 0.5)).toBe(51)
    expect(percentile(values, 0.99)).toBe(100)
    expect(percentile(new Float64Array(0), 0.5)).toBeNaN()
  })

  it('see the CPU time and the memory of a process', () => {
    expect(cpuSecondsOf(process.pid)).toBeGreaterThan(0)
    expect(residentBytesOf(process.pid)).toBeGreaterThan(10_000_000)
  })
})

describe('the tables', () => {
  it('are Markdown', () => {
    const lines = table(
      ['what', 'rate'],
      [
        ['bare', figure(42_500.4)],
        ['ours', percent(0.634)],
      ],
    )

    expect(lines).toEqual([
      '| what |   rate |',
      '| ---- | -----: |',
      '| bare | 42,500 |',
      '| ours |   63 % |',
    ])
  })
})
