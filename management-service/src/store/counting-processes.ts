/**
 * The processes that count: frontends, worker by worker, and consumers, as their nodes in ZooKeeper tell.
 */
import { z } from 'zod'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { CountingProcess } from '../metrics/own-rates.js'
import { forEachOf } from './bounded-reads.js'
import { orRefuse } from './zookeeper-failures.js'

const frontendShape = z.object({ host: z.string(), port: z.number(), startedMs: z.number() })
const consumersShape = z.object({ url: z.string(), startedMs: z.number() })

/** Makes the list, asked anew each time. A node that says something else is left out. */
export function createCountingProcesses(
  session: ZooSession,
  paths: ZooPaths,
  cluster: string,
): () => Promise<readonly CountingProcess[]> {
  const below = async (parent: string): Promise<readonly (readonly [string, unknown])[]> => {
    const names = (await orRefuse(session.children(parent))) ?? []
    const cards = await forEachOf(names, async name => {
      const node = await orRefuse(session.read(`${parent}/${name}`))
      return node === null ? null : ([`${parent}/${name}`, jsonOrNull(node.data)] as const)
    })
    return cards.filter(card => card !== null)
  }
  return async () => {
    const [frontends, consumers] = await Promise.all([
      below(paths.iris.frontends),
      below(paths.iris.consumerNodes(cluster)),
    ])
    return [
      ...frontends.flatMap(([path, json]) => {
        const card = frontendShape.safeParse(json)
        if (!card.success) return []
        const { host, port, startedMs } = card.data
        const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
        return [{ id: `${path} ${startedMs}`, url, startedMs }]
      }),
      ...consumers.flatMap(([path, json]) => {
        const card = consumersShape.safeParse(json)
        if (!card.success) return []
        const { url, startedMs } = card.data
        return [{ id: `${path} ${startedMs}`, url, startedMs }]
      }),
    ]
  }
}

function jsonOrNull(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'))
  } catch {
    return null
  }
}
