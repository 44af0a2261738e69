import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { readPreviews } from '@iris/common/domain/message-preview'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { createPreviewShelf } from './preview-shelf.js'
import { startPreviewWriter } from './preview-writer.js'

const noNode = (): NoNodeError => new NoNodeError(-101, '/x', 'no such node')
const world = (topics: readonly string[]) => {
  const nodes = new Map<string, Buffer>()
  const paths = zooPaths('/r')
  const time = createVirtualTime()
  const shelf = createPreviewShelf({ messagesEach: 3, bytesEach: 100, bytesMax: 1_000 })
  const places = new Set(topics.map(topic => paths.preview(topic)))
  const session = {
    isConnected: () => true,
    write: (path: string, data: Buffer) =>
      nodes.has(path) ? Promise.resolve(nodes.set(path, data) as never) : Promise.reject(noNode()),
    create: (path: string, data: Buffer) => {
      if (!places.has(path)) return Promise.reject(noNode())
      nodes.set(path, data)
      return Promise.resolve(path)
    },
  }
  const cancel = startPreviewWriter({ log: silentLog, scheduler: time, session, paths, shelf }, 30_000)
  const shown = (topic: string): string[] =>
    readPreviews(nodes.get(paths.preview(topic)) ?? Buffer.alloc(0)).map(each => each.content.toString())
  return { nodes, shelf, time, cancel, shown }
}

describe('the writer of previews', () => {
  it('makes the node at the end of the period and replaces it at the next', async () => {
    const { shelf, time, shown } = world(['acme.orders'])
    const topic = shelf.topic('acme.orders')

    topic.offer([Buffer.from('one')])
    await time.advance(29_999)
    expect(shown('acme.orders')).toEqual([])
    await time.advance(1)
    expect(shown('acme.orders')).toEqual(['one'])
    topic.offer([Buffer.from('two')])
    await time.advance(30_000)

    expect(shown('acme.orders')).toEqual(['two'])
  })

  it('leaves the last messages of a silent topic, and a topic that is gone', async () => {
    const { shelf, time, shown, nodes } = world(['acme.orders'])
    shelf.topic('acme.orders').offer([Buffer.from('one')])
    shelf.topic('acme.gone').offer([Buffer.from('none')])

    await time.advance(90_000)

    expect(shown('acme.orders')).toEqual(['one'])
    expect(nodes.size).toBe(1)
  })
})
