/**
 * ZooKeeper's tree as one thing.
 * Takes a session and a root. Gives every node below it; writes many nodes, parents first.
 * Promises: a node that is only there for its children holds the address of whoever made it, as the client
 * library of Hermes has it.
 */
import { createHash } from 'node:crypto'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'

/** Contents by path below the root, without a slash at the front. */
export type Nodes = ReadonlyMap<string, Buffer>

/** What a node without content of its own holds. */
const addressOfMaker = Buffer.from('10.1.2.3')

/** Opens a session of a test. */
export async function openTree(zookeeper: string): Promise<ZooSession> {
  const session = createZooSession(
    { log: silentLog, clock: systemClock, scheduler: systemScheduler },
    { servers: zookeeper, sessionTimeoutMs: 10_000, connectTimeoutMs: 20_000, requestTimeoutMs: 20_000 },
  )
  await session.start()
  return session
}

/** Writes what is missing; nodes that are there stay. */
export async function writeTree(session: ZooSession, root: string, nodes: Nodes): Promise<void> {
  const all = new Map<string, Buffer>()
  for (const path of [...nodes.keys()].sort()) {
    const names = path.split('/')
    for (let depth = 1; depth <= names.length; depth++) {
      const each = names.slice(0, depth).join('/')
      all.set(each, nodes.get(each) ?? addressOfMaker)
    }
  }
  await session.ensure(root)
  for (const [path, data] of all) await session.create(`${root}/${path}`, data)
}

/** Every node below the root. */
export async function readTree(session: ZooSession, root: string): Promise<Nodes> {
  const found = new Map<string, Buffer>()
  const visit = async (path: string): Promise<void> => {
    const names = (await session.children(`${root}${path}`)) ?? []
    for (const name of names) {
      const node = await session.read(`${root}${path}/${name}`)
      if (node !== null) found.set(`${path}/${name}`.slice(1), node.data)
      await visit(`${path}/${name}`)
    }
  }
  await visit('')
  return found
}

/** One line that is another as soon as a path, a byte or a version of the tree is. */
export async function fingerprintOfTree(session: ZooSession, root: string): Promise<string> {
  const hash = createHash('sha256')
  for (const [path, data] of [...(await readTree(session, root))].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const stat = (await session.read(`${root}/${path}`))?.stat
    hash.update(`${path} ${stat?.version} ${stat?.mtimeMs} ${data.toString('base64')}\n`)
  }
  return hash.digest('hex')
}
