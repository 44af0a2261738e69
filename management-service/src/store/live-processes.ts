/**
 * The processes that live: frontends, worker by worker, consumers and managements, as their nodes in
 * ZooKeeper tell. What proves to a frontend that management asks is told apart, so that no page shows it.
 */
import { z } from 'zod'
import { originOf } from '@iris/common/http/advertised'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { forEachOf } from './bounded-reads.js'
import type { LiveFrontend, LiveProcess, ProcessKind } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

const common = {
  host: z.string(),
  pid: z.number().nullable().default(null),
  startedMs: z.number(),
  /** Earlier versions do not tell theirs. */
  version: z.string().nullable().default(null),
}
const addressShape = z.object({ ...common, port: z.number() })
/** Who speaks TLS tells its certificate; earlier versions spoke it and told nothing. */
const managementShape = addressShape.extend({ certificate: z.string().nullable().default(null) })
/** Earlier versions have no token. */
const frontendShape = addressShape.extend({ token: z.string().default('') })
const consumersShape = z.object({ ...common, url: z.string() })

/** Makes the list, asked anew each time. A node that says something else is left out. */
export function createLiveProcesses(
  session: ZooSession,
  paths: ZooPaths,
  cluster: string,
): () => Promise<readonly LiveProcess[]> {
  const below = async <T extends Card>(
    kind: ProcessKind,
    parent: string,
    shape: z.ZodType<T>,
    place: (card: T) => Place,
  ): Promise<readonly LiveProcess[]> => {
    const cards = await cardsBelow(session, parent, shape)
    return cards.map(({ id, card }) => {
      const { host, pid, startedMs, version } = card
      return { ...{ id, kind, host, pid, startedMs, version }, ...place(card) }
    })
  }
  return async () => {
    const { frontends, managementNodes, consumerNodes } = paths.iris
    const all = await Promise.all([
      below('frontend', frontends, addressShape, addressOf),
      below('consumers', consumerNodes(cluster), consumersShape, ({ url }) => ({
        ...{ url, port: portOf(url), certificate: null },
      })),
      below('management', managementNodes, managementShape, addressOf),
    ])
    return all.flat()
  }
}

/** The frontends alone, each with its token; asked anew each time. */
export function createLiveFrontends(
  session: ZooSession,
  { iris }: ZooPaths,
): () => Promise<readonly LiveFrontend[]> {
  return async () => {
    const cards = await cardsBelow(session, iris.frontends, frontendShape)
    return cards.map(({ id, card }) => ({ id, url: addressOf(card).url, token: card.token }))
  }
}

async function cardsBelow<T>(
  session: ZooSession,
  parent: string,
  shape: z.ZodType<T>,
): Promise<readonly { readonly id: string; readonly card: T }[]> {
  const names = (await orRefuse(session.children(parent))) ?? []
  const found = await forEachOf(names, async id => {
    const node = await orRefuse(session.read(`${parent}/${id}`))
    const card = shape.safeParse(node === null ? null : jsonOrNull(node.data))
    return card.success ? { id, card: card.data } : null
  })
  return found.filter(each => each !== null)
}

interface Card {
  readonly host: string
  readonly pid: number | null
  readonly startedMs: number
  readonly version: string | null
}

type Place = Pick<LiveProcess, 'url' | 'port' | 'certificate'>

function addressOf(card: { host: string; port: number; certificate?: string | null }): Place {
  const { port, certificate = null } = card
  return { url: originOf(card, certificate === null ? 'http' : 'https'), port, certificate }
}

function portOf(url: string): number | null {
  if (!URL.canParse(url)) return null
  const { port } = new URL(url)
  return port === '' ? null : Number(port)
}

function jsonOrNull(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'))
  } catch {
    return null
  }
}
