import { describe, expect, it } from 'vitest'
import { markTopic, watchTopicMark } from './topic-mark.js'
import { NodeExistsError } from './zoo-errors.js'

describe('the word that there is a topic', () => {
  it('is written below a parent that may be missing, and stays where it is', async () => {
    const made: string[] = []
    const session = {
      ensure: async (path: string) => void made.push(`ensured ${path}`),
      async create(path: string, data: Buffer) {
        if (made.includes(path)) throw new NodeExistsError(-110, path, 'exists')
        made.push(path, data.toString())
        return path
      },
    }
    await markTopic(session, '/iris/delays/s', 6)
    await markTopic(session, '/iris/delays/s', 6)

    expect(made).toEqual([
      'ensured /iris/delays',
      '/iris/delays/s',
      '{"partitions":6}',
      'ensured /iris/delays',
    ])
  })

  it.each([
    [null, 0],
    ['{"partitions":6}', 6],
    ['{"partitions":1000}', 1_000],
    ['{"partitions":1001}', 0],
    ['{"partitions":-1}', 0],
    ['{"partitions":"6"}', 0],
    ['null', 0],
    ['', 0],
  ])('in %j says %d partitions', (text, expected) => {
    const heard: number[] = []
    const watchData = (_path: string, listener: (node: unknown) => void): (() => void) => {
      listener(text === null ? null : { data: Buffer.from(text) })
      return () => undefined
    }
    watchTopicMark({ watchData } as never, '/x', partitions => heard.push(partitions))

    expect(heard).toEqual([expected])
  })
})
