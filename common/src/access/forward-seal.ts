/**
 * The proof that a request forwards a message from one topic of this installation to another.
 * Takes a session. Gives consumers the seal of what they forward, and frontends the judgement of one.
 * Promises: who cannot read ZooKeeper makes none; a seal holds for one topic and one chain. Its secret is
 * made by whoever starts first, and lies below `<root>/iris/`.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { forwardSealHeader, hopsHeader, originMessageIdHeader } from '../http/travelling-headers.js'
import type { Cancel } from '../time/scheduler.js'
import { parentOf, type IrisPaths } from '../zookeeper/paths.js'
import type { ZooSession } from '../zookeeper/session.js'
import { NodeExistsError } from '../zookeeper/zoo-errors.js'

/** Makes seals. */
export interface ForwardSeals {
  /** Of a message on its way to a topic, after so many hops, in the chain that began with that id. */
  of(topic: string, hops: string, originId: string): string
}

/** Judges seals. */
export interface ForwardJudge {
  /** Whether these headers, by lower-case names, are those of a message forwarded to that topic. */
  isForward(topic: string, headers: Readonly<Record<string, string | string[] | undefined>>): boolean
}

export interface ForwardSeal extends ForwardSeals, ForwardJudge {
  /** Resolves when the secret is known; before, nothing has a seal. Rejects without ZooKeeper. */
  start(): Promise<void>
  stop(): void
}

type Secrets = Pick<ZooSession, 'ensure' | 'create' | 'read' | 'watchData'>

const secretBytes = 32
const [sealName, hopsName, originName] = [forwardSealHeader, hopsHeader, originMessageIdHeader].map(name =>
  name.toLowerCase(),
) as [string, string, string]

/** Makes it; the secret is read by `start`. */
export function createForwardSeal(session: Secrets, paths: Pick<IrisPaths, 'forwardSecret'>): ForwardSeal {
  const path = paths.forwardSecret
  let secret: Buffer | null = null
  let cancel: Cancel = () => undefined

  const of = (topic: string, hops: string, originId: string): string => {
    if (secret === null) throw new Error('the secret of forwards is not read yet')
    return createHmac('sha256', secret).update(`${topic}\n${hops}\n${originId}`, 'latin1').digest('base64url')
  }
  /** Without one, or with an empty one that everybody could guess, the last one stays. */
  const take = (node: { readonly data: Buffer } | null): void => {
    if (node !== null && node.data.length > 0) secret = node.data
  }
  return {
    of,
    isForward(topic, headers) {
      const { [sealName]: seal, [hopsName]: hops, [originName]: originId } = headers
      if (seal === undefined || secret === null) return false
      return isSame(String(seal), of(topic, String(hops), String(originId)))
    },
    async start() {
      take(await session.read(path))
      if (secret === null) {
        await session.ensure(parentOf(path))
        await createOnce(session, path)
        take(await session.read(path))
      }
      if (secret === null) throw new Error(`${path} of ZooKeeper was removed or emptied`)
      // A tree that was restored has another one.
      cancel = session.watchData(path, take)
    },
    stop: () => cancel(),
  }
}

async function createOnce(session: Pick<ZooSession, 'create'>, path: string): Promise<void> {
  try {
    await session.create(path, randomBytes(secretBytes))
  } catch (error) {
    if (!(error instanceof NodeExistsError)) throw error
  }
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1')]
  return left.length === right.length && timingSafeEqual(left, right)
}
