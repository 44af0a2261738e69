import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import type { ZooOperation } from '@iris/common/zookeeper/session'
import { BadVersionError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { RefusedError, type Pages } from './lending.js'
import { decodePage, encodePage, silence, type Page } from './says.js'
import { createZooPages, pageName } from './zoo-pages.js'

interface Tree {
  readonly nodes: Map<string, { data: Buffer; version: number }>
  /** The pages as an instance reaches them in a session. */
  pages(instance: string, sessionId: string): Pages
  /** The server has ended the session. */
  expire(instance: string, sessionId: string): void
}

const parent = '/rates'

function tree(): Tree {
  const nodes: Tree['nodes'] = new Map()
  const run = (operation: ZooOperation): void => {
    const node = nodes.get(operation.path)
    if (node === undefined) throw new NoNodeError(-101, operation.path, 'no node')
    if (!('version' in operation)) return
    if (node.version !== operation.version) throw new BadVersionError(-103, operation.path, 'changed')
    if (operation.kind === 'write')
      nodes.set(operation.path, { data: operation.data, version: node.version + 1 })
  }
  const session = {
    read: (path: string) => {
      const node = nodes.get(path)
      return Promise.resolve(node === undefined ? null : { data: node.data, stat: { version: node.version } })
    },
    children: () => Promise.resolve([...nodes.keys()].map(path => path.slice(parent.length + 1))),
    ensure: () => Promise.resolve(),
    create: (path: string, data: Buffer) => Promise.resolve(void nodes.set(path, { data, version: 0 })),
    transaction: async (operations: readonly ZooOperation[]) => operations.forEach(run),
    watchChildren: () => () => undefined,
    watchData: () => () => undefined,
  } as unknown as Parameters<typeof createZooPages>[0]['session']
  return {
    nodes,
    pages: (instance, sessionId) =>
      createZooPages({ session, log: silentLog }, parent, () => pageName(instance, sessionId)),
    expire: (instance, sessionId) => void nodes.delete(`${parent}/${pageName(instance, sessionId)}`),
  }
}

const wanting: Page = new Map([['g.t$s', { ...silence, wants: true }]])

describe('the pages in ZooKeeper', () => {
  it('are read with the versions over which they are written', async () => {
    const { pages } = tree()
    const mine = pages('me', '1')
    await mine.create()
    await mine.write(wanting, 0, new Map())

    const seen = (await pages('other', '2').read()).get(pageName('me', '1'))
    expect(seen?.version).toBe(1)
    expect(decodePage(encodePage(seen!.page))).toEqual(wanting)
    await expect(mine.write(wanting, 0, new Map())).rejects.toBeInstanceOf(RefusedError)
  })

  it('rely on the page that was read, not on one of the same version in a later session', async () => {
    const { pages, expire, nodes } = tree()
    const [mine, lender] = [pages('me', '1'), pages('lender', '2')]
    await mine.create()
    await lender.create()
    const seen = new Map([...(await mine.read())].map(([name, { version }]) => [name, version]))
    seen.delete(pageName('me', '1'))
    expire('lender', '2')
    await pages('lender', '3').create()

    await expect(mine.write(wanting, 0, seen)).rejects.toBeInstanceOf(RefusedError)
    expect(nodes.size).toBe(2)
  })
})
