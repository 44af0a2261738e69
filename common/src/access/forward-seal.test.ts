import { describe, expect, it } from 'vitest'
import { zooPaths } from '../zookeeper/paths.js'
import { NodeExistsError } from '../zookeeper/zoo-errors.js'
import { createForwardSeal } from './forward-seal.js'

const paths = zooPaths('/iris').iris
type Session = Parameters<typeof createForwardSeal>[0]
type Listener = Parameters<Session['watchData']>[1]

/** Nodes, and those who watch them. */
function createTree() {
  const nodes = new Map<string, Buffer>()
  const listeners = new Set<Listener>()
  const nodeOf = (data: Buffer): Parameters<Listener>[0] => ({ data }) as Parameters<Listener>[0]
  const session: Session = {
    ensure: () => Promise.resolve(),
    create(path, data) {
      if (nodes.has(path)) return Promise.reject(new NodeExistsError(-110, path, 'it exists'))
      nodes.set(path, data)
      return Promise.resolve(path)
    },
    read: path => Promise.resolve(nodeOf(nodes.get(path) ?? Buffer.alloc(0))),
    watchData(_path, listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const change = (data: Buffer): void => listeners.forEach(listener => listener(nodeOf(data)))
  return { nodes, session, change }
}

const headersOf = (seal: string, hops = '2', originId = 'm-1'): Record<string, string> => ({
  'iris-forward-seal': seal,
  'iris-hops': hops,
  'iris-origin-message-id': originId,
})

describe('the seal of a forward', () => {
  it('is known by every process of the installation, whoever made the secret', async () => {
    const { session } = createTree()
    const [consumers, frontend] = [createForwardSeal(session, paths), createForwardSeal(session, paths)]
    await consumers.start()
    await frontend.start()

    expect(frontend.isForward('shop.q', headersOf(consumers.of('shop.q', '2', 'm-1')))).toBe(true)
  })

  it('holds for its topic, hops and chain only', async () => {
    const seal = createForwardSeal(createTree().session, paths)
    await seal.start()
    const made = seal.of('shop.q', '2', 'm-1')

    expect(seal.isForward('shop.other', headersOf(made))).toBe(false)
    expect(seal.isForward('shop.q', headersOf(made, '1'))).toBe(false)
    expect(seal.isForward('shop.q', headersOf(made, '2', 'm-2'))).toBe(false)
    expect(seal.isForward('shop.q', { 'iris-forward-seal': made })).toBe(false)
  })

  it.each(['', 'guessed', 'é'.repeat(43)])('is no guess: %j', async guess => {
    const seal = createForwardSeal(createTree().session, paths)
    await seal.start()

    expect(seal.isForward('shop.q', headersOf(guess))).toBe(false)
    expect(seal.isForward('shop.q', { 'iris-hops': '2', 'iris-origin-message-id': 'm-1' })).toBe(false)
  })

  it('is none of another installation, nor before the secret is read', async () => {
    const [ours, theirs] = [createTree(), createTree()].map(({ session }) =>
      createForwardSeal(session, paths),
    ) as [ReturnType<typeof createForwardSeal>, ReturnType<typeof createForwardSeal>]
    await theirs.start()
    const made = theirs.of('shop.q', '2', 'm-1')

    expect(ours.isForward('shop.q', headersOf(made))).toBe(false)
    expect(() => ours.of('shop.q', '2', 'm-1')).toThrow(/not read yet/)
    await ours.start()
    expect(ours.isForward('shop.q', headersOf(made))).toBe(false)
  })

  it('follows a tree that was restored, and never takes an empty secret', async () => {
    const tree = createTree()
    const seal = createForwardSeal(tree.session, paths)
    await seal.start()
    const made = seal.of('shop.q', '2', 'm-1')
    tree.change(Buffer.alloc(0))
    expect(seal.isForward('shop.q', headersOf(made))).toBe(true)
    tree.change(Buffer.from('restored'))
    expect(seal.isForward('shop.q', headersOf(made))).toBe(false)

    const emptied = createTree()
    emptied.nodes.set(paths.forwardSecret, Buffer.alloc(0))
    await expect(createForwardSeal(emptied.session, paths).start()).rejects.toThrow(/removed or emptied/)
  })
})
